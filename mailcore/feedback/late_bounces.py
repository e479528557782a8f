"""Bounces that come by mail, after the remote server had taken the message."""

from mailcore.protocol import dsn_reader
from mailcore.protocol.dsn_reader import ReportedStatus
from mailcore.protocol.reply_classes import classify

KIND = "bounced_late"


def failure_in(message: bytes) -> ReportedStatus | None:
    """The failure that a notification reports; None for delays, receipts and ordinary mail."""
    found = [status for status in dsn_reader.statuses_in(message) if status.action == "failed"]
    return found[0] if found else None


def data_of(failure: ReportedStatus) -> dict[str, str]:
    """What the fact keeps of a failure, and what it means."""
    meaning = classify(code=None, enhanced=failure.status, text=failure.diagnostic, phase="")
    return {
        "status": failure.status,
        "diagnostic": failure.diagnostic,
        "reason": meaning.reason,
        "kind": meaning.kind,
        "scope": meaning.scope,
    }
