"""Readers of mail facts: each keeps a cursor that stays below running transactions."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from kernel import outbox
from mailcore.delivery.statements import statement

_CURSOR, _MOVE = statement("cursor_lock"), statement("cursor_move")
_COUNT, _SUM = statement("count_received"), statement("sum_hours")
BATCH = 5000
#: A task ends well before a minute; what is left is read by the next one.
MAX_BATCHES = 20

Rows = Sequence[tuple[Any, ...]]


def count_mail() -> int:
    """Publish `mail.counted` for what was accepted since the last time; events read."""
    return follow("usage", _COUNT, handle=_publish_counts)


def sum_hours() -> int:
    """Add the facts since the last time to the sums of their hours; events read."""
    return follow("hours", _SUM)


def follow(
    reader: str,
    query: str,
    *,
    handle: Callable[[Rows, str], None] | None = None,
    parameters: Mapping[str, Any] | None = None,
) -> int:
    """Read on from the reader's cursor; how many events.

    `query` takes xid, seq, batch and `parameters`, and its rows begin with how many events were read and up to
    where; `handle` gets them with a word that names the batch. What both write and the cursor's
    move are one transaction for each batch: nothing counts twice.
    """
    total = 0
    for _ in range(MAX_BATCHES):
        read = _read_batch(reader, query, handle, parameters or {})
        total += read
        if read < BATCH:
            break
    return total


def _read_batch(
    reader: str,
    query: str,
    handle: Callable[[Rows, str], None] | None,
    parameters: Mapping[str, Any],
) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO public.delivery_cursor (reader) VALUES (%s) ON CONFLICT DO NOTHING",
            [reader],
        )
        cursor.execute(_CURSOR, {"reader": reader})
        xid, seq = cursor.fetchone()
        cursor.execute(query, {**parameters, "xid": xid, "seq": seq, "batch": BATCH})
        rows = cursor.fetchall()
        if not rows:
            return 0
        read, last_xid, last_seq = rows[0][:3]
        if handle:
            handle(rows, f"{last_xid}-{last_seq}")
        cursor.execute(_MOVE, {"reader": reader, "xid": last_xid, "seq": last_seq})
    return int(read)


def _publish_counts(rows: Rows, revision: str) -> None:
    for row in rows:
        if row[3] is not None:
            _publish(row[3:], revision=revision)


def _publish(group: tuple[Any, ...], *, revision: str) -> None:
    organisation_id: UUID
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
