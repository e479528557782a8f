"""What a delivery status notification says (RFC 3464); anybody may have written it."""

import re
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message

_TYPES = {"message/delivery-status", "message/global-delivery-status"}
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
_LONGEST = 500
_MOST_RECIPIENTS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedStatus:
    """One recipient's group: action in lower case, enhanced status code ('' when malformed)."""

    action: str
    status: str
    diagnostic: str
    recipient: str


def statuses_in(message: bytes) -> list[ReportedStatus]:
    """Every recipient's status; empty when the message is no delivery status notification."""
    try:
        return _first_report(message_from_bytes(message))
    except (RecursionError, TypeError, ValueError, LookupError):
        # Python's parser gives up on deep nesting and on odd RFC 2231 parameters: such a message
        # would be heard again and again, and nobody means a report by it.
        return []


def _first_report(message: "Message[str, str]") -> list[ReportedStatus]:
    for part in message.walk():
        if part.get_content_type() not in _TYPES or not part.is_multipart():
            continue
        groups = part.get_payload()
        if isinstance(groups, list):
            # The first group is about the message, each other one about a recipient.
            found = groups[1 : _MOST_RECIPIENTS + 1]
            return [_status_of(group) for group in found if isinstance(group, Message)]
    return []


def _status_of(group: "Message[str, str]") -> ReportedStatus:
    match = _STATUS.match(_text(group, "Status"))
    return ReportedStatus(
        action=_text(group, "Action").lower(),
        status=match[0] if match else "",
        diagnostic=_after_type(_text(group, "Diagnostic-Code")),
        recipient=_after_type(_text(group, "Final-Recipient")),
    )


def _text(group: "Message[str, str]", name: str) -> str:
    """A field in one line of printable text, cut to a length that a row may hold."""
    text = " ".join(str(group.get(name, "")).split())
    return (
        "".join(c for c in text if c.isprintable()).encode("utf-8", "replace").decode()[:_LONGEST]
    )


def _after_type(text: str) -> str:
    return text.partition(";")[2].strip() or text
