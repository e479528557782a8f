"""Complaints of recipients, as their mailbox providers report them."""

from uuid import UUID

from mailcore.feedback import facts
from mailcore.protocol.arf import FeedbackReport

KIND = "complained"
#: The others (not-spam, auth-failure, …) are no complaint of the person that got the mail.
TYPES = frozenset({"abuse", "fraud", "virus"})


def recipient_of(report: FeedbackReport, *, key: bytes) -> UUID | None:
    """Who complains; None for other reports, and for those that name no reference of ours.

    Only our own token counts: an address in a report may be redacted, or forged.
    """
    if report.feedback_type not in TYPES:
        return None
    found = (facts.recipient_of(reference, key=key) for reference in report.references)
    return next((identifier for identifier in found if identifier is not None), None)


def data_of(report: FeedbackReport) -> dict[str, str]:
    """What the fact keeps of a report."""
    return {"type": report.feedback_type, "source": report.user_agent}
