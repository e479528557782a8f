"""Bounces that come by mail, after the remote server had taken the message."""

from mailcore.protocol import dsn_reader
from mailcore.protocol.dsn_reader import ReportedStatus

KIND = "bounced_late"


def failure_in(message: bytes) -> ReportedStatus | None:
    """The failure that a notification reports; None for delays, receipts and ordinary mail."""
    found = [status for status in dsn_reader.statuses_in(message) if status.action == "failed"]
    return found[0] if found else None


def data_of(failure: ReportedStatus) -> dict[str, str]:
    """What the fact keeps of a failure."""
    return {"status": failure.status, "diagnostic": failure.diagnostic}
