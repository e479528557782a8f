"""Bounces that come by mail, after the remote server had taken the message."""

import hashlib
import logging
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from kernel import clock, ids
from mailcore.protocol import dsn_reader, verp
from mailcore.protocol.dsn_reader import ReportedStatus

log = logging.getLogger(__name__)

LATE_BOUNCE = (Path(__file__).parent / "sql" / "late_bounce.sql").read_text(encoding="utf-8")
#: A return path that is older than this is no longer listened to.
OLDEST = timedelta(days=30)


def failure_in(message: bytes) -> ReportedStatus | None:
    """The failure that a notification reports; None for delays, receipts and ordinary mail."""
    found = [status for status in dsn_reader.statuses_in(message) if status.action == "failed"]
    return found[0] if found else None


def recipient_of(address: str, *, key: bytes) -> UUID | None:
    """Whose bounce arrives at this address; None when the token is not ours, or is too old."""
    identifier = verp.recipient_of(address, key=key)
    if identifier is None or ids.instant_of(identifier) < clock.now() - OLDEST:
        return None
    return identifier


async def record(
    connection: AsyncConnection, *, recipient_id: UUID, failure: ReportedStatus
) -> bool:
    """Write the fact and the event; False when it is known already or the recipient is not."""
    data = {"status": failure.status, "diagnostic": failure.diagnostic}
    done = await connection.execute(
        LATE_BOUNCE,
        {
            "recipient_id": recipient_id,
            "event_id": _event_id(recipient_id),
            "outbox_id": ids.uuid7(),
            "now": clock.now(),
            "data": Jsonb(data),
        },
    )
    return done.rowcount == 1


def _event_id(recipient_id: UUID) -> UUID:
    """Always the same for a recipient, so that a repeated bounce adds nothing; its day's partition.

    The 48 bits of time and the version are the recipient's, the rest is a digest.
    """
    digest = int.from_bytes(hashlib.sha256(b"bounced_late" + recipient_id.bytes).digest()[:9])
    return UUID(int=(recipient_id.int >> 76) << 76 | 0x2 << 62 | (digest & ((1 << 62) - 1)))
