"""Facts that come by mail, after the remote server had taken the message."""

import hashlib
from datetime import timedelta
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from kernel import clock, ids
from mailcore.feedback.statements import statement
from mailcore.protocol import verp

_LATE_FACT = statement("late_fact")
#: A return path that is older than this is no longer listened to.
OLDEST = timedelta(days=30)


def recipient_of(address: str, *, key: bytes) -> UUID | None:
    """Whose return path this is; None when the token is not ours, or is too old."""
    identifier = verp.recipient_of(address, key=key)
    if identifier is None or ids.instant_of(identifier) < clock.now() - OLDEST:
        return None
    return identifier


async def record(
    connection: AsyncConnection, *, kind: str, recipient_id: UUID, data: dict[str, str]
) -> bool:
    """Write the fact and the event `mail.<kind>`; False: known already, or nobody's."""
    done = await connection.execute(
        _LATE_FACT,
        {
            "kind": kind,
            "recipient_id": recipient_id,
            "event_id": _event_id(kind, recipient_id),
            "outbox_id": ids.uuid7(),
            "now": clock.now(),
            "data": Jsonb(data),
        },
    )
    return done.rowcount == 1


def _event_id(kind: str, recipient_id: UUID) -> UUID:
    """Always the same for a kind and a recipient, so that a repeat adds nothing; its day's partition.

    The 48 bits of time and the version are the recipient's, the rest is a digest.
    """
    digest = int.from_bytes(hashlib.sha256(kind.encode() + recipient_id.bytes).digest()[:9])
    return UUID(int=(recipient_id.int >> 76) << 76 | 0x2 << 62 | (digest & ((1 << 62) - 1)))
