"""Readers of mail facts: each keeps a cursor that stays below running transactions."""

from uuid import UUID

from django.db import connection, transaction

from kernel import outbox
from mailcore.delivery.statements import statement

_CURSOR, _COUNT, _MOVE = (
    statement("cursor_lock"),
    statement("count_received"),
    statement("cursor_move"),
)
READER = "usage"
BATCH = 5000
#: A task ends well before a minute; what is left is read by the next one.
MAX_BATCHES = 20


def count_mail() -> int:
    """Publish `mail.counted` for what was accepted since the last time; events read."""
    total = 0
    for _ in range(MAX_BATCHES):
        read = _count_batch()
        total += read
        if read < BATCH:
            break
    return total


def _count_batch() -> int:
    """One batch: its sums and the cursor's move are one transaction, so nothing counts twice."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO public.delivery_cursor (reader) VALUES (%s) ON CONFLICT DO NOTHING",
            [READER],
        )
        cursor.execute(_CURSOR, {"reader": READER})
        xid, seq = cursor.fetchone()
        cursor.execute(_COUNT, {"xid": xid, "seq": seq, "batch": BATCH})
        rows = cursor.fetchall()
        if not rows:
            return 0
        read, last_xid, last_seq = rows[0][:3]
        for row in rows:
            if row[3] is not None:
                _publish(row[3:], revision=f"{last_xid}-{last_seq}")
        cursor.execute(_MOVE, {"reader": READER, "xid": last_xid, "seq": last_seq})
    return int(read)


def _publish(group: tuple[UUID, UUID, str, str, str, int], *, revision: str) -> None:
    reseller_id, organisation_id, from_domain, stream, hour, quantity = group
    bucket = f"{hour}:{organisation_id}:{from_domain}:{stream}"
    outbox.publish(
        "mail.counted",
        subject=f"mail:{organisation_id}",
        reseller_id=reseller_id,
        data={
            "organisation_id": str(organisation_id),
            "from_domain": from_domain,
            "stream": stream,
            "hour": hour,
            "quantity": quantity,
            "key": f"mail:{bucket}:{revision}",
        },
    )
