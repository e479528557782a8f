"""Delivery status notifications (RFC 3461, 3464; RFC 6533 for addresses outside ASCII)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Literal

Action = Literal["failed", "delayed", "delivered", "relayed"]

#: What NOTIFY has to name for an action to be told; without NOTIFY, failures and delays are.
_ASKED_BY: dict[Action, str] = {
    "failed": "FAILURE",
    "delayed": "DELAY",
    "delivered": "SUCCESS",
    "relayed": "SUCCESS",
}
_SUBJECT: dict[Action, str] = {
    "failed": "Your message could not be delivered",
    "delayed": "Your message is delayed",
    "delivered": "Your message was delivered",
    "relayed": "Your message was passed on",
}
_TEXT: dict[Action, str] = {
    "failed": "Your message could not be delivered to the following address."
    " No further attempt will be made.",
    "delayed": "Your message has not been delivered to the following address yet."
    " We keep trying; you need not send it again.",
    "delivered": "Your message was delivered to the following address.",
    "relayed": "Your message was passed on to a mail server that confirms no delivery itself.",
}
#: The original is returned whole up to this size (bytes), then only its header.
RETURN_WHOLE_UP_TO = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipientStatus:
    """What happened to one recipient; `diagnostic` is the remote server's reply.

    `explanation` says in one sentence what it means, for people.
    """

    address: str
    action: Action
    status: str
    diagnostic: str = ""
    explanation: str = ""
    remote_mta: str = ""
    original_recipient: str = ""
    last_attempt: datetime | None = None
    will_retry_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """A notification to the sender of one message."""

    sender: str
    reporting_mta: str
    postmaster: str
    message_id: str
    boundary: str
    date: datetime
    arrived: datetime
    envelope_id: str
    ret: str
    is_utf8: bool
    original: bytes
    recipients: Sequence[RecipientStatus]


def is_wanted(notify: str | None, action: Action) -> bool:
    """Whether the sender asked for this (NOTIFY of RFC 3461 §4.1, None when not given)."""
    if notify is None or not notify.strip():
        return action in ("failed", "delayed")
    return _ASKED_BY[action] in {word.strip().upper() for word in notify.split(",")}


def compose(notification: Notification) -> bytes:
    """The whole notification, CRLF lines; its envelope sender has to be the null sender."""
    parts = [
        _part("text/plain; charset=utf-8", _explanation(notification).encode()),
        _part(_status_type(notification), _status(notification).encode()),
        _part(*_returned(notification)),
    ]
    mark = f"--{notification.boundary}".encode()
    body = b"".join(mark + b"\r\n" + part + b"\r\n" for part in parts)
    return _head(notification, encoding=_encoding(body)).encode() + body + mark + b"--\r\n"


def _head(notification: Notification, *, encoding: str) -> str:
    kind = "global-delivery-status" if notification.is_utf8 else "delivery-status"
    lines = [
        f"From: Mail Delivery System <{notification.postmaster}>",
        f"To: <{notification.sender}>",
        f"Subject: {_SUBJECT[_worst(notification)]}",
        f"Date: {format_datetime(notification.date)}",
        f"Message-ID: {notification.message_id}",
        "Auto-Submitted: auto-replied",
        "MIME-Version: 1.0",
        "Content-Type: multipart/report;",
        f" report-type={kind};",
        f' boundary="{notification.boundary}"',
        # The whole says so too when a part has 8 bits (RFC 2045 §6.4).
        f"Content-Transfer-Encoding: {encoding}",
    ]
    return "\r\n".join(lines) + "\r\n\r\n"


def _worst(notification: Notification) -> Action:
    actions = [recipient.action for recipient in notification.recipients]
    return min(actions, key=list(_SUBJECT).index)


def _explanation(notification: Notification) -> str:
    paragraphs = ["This is the mail system."]
    for action, text in _TEXT.items():
        of_action = [r for r in notification.recipients if r.action == action]
        if of_action:
            paragraphs.append(text)
        paragraphs += [_told(recipient) for recipient in of_action]
    return "\r\n\r\n".join(paragraphs) + "\r\n"


def _told(recipient: RecipientStatus) -> str:
    lines = [f"<{recipient.address}>", recipient.explanation, _printable(recipient.diagnostic)]
    return "\r\n".join(f"  {line}" for line in lines if line)


def _status_type(notification: Notification) -> str:
    return f"message/{'global-' if notification.is_utf8 else ''}delivery-status"


def _status(notification: Notification) -> str:
    about_message = [f"Reporting-MTA: dns; {notification.reporting_mta}"]
    if notification.envelope_id:
        about_message.append(f"Original-Envelope-Id: {_printable(notification.envelope_id)}")
    about_message.append(f"Arrival-Date: {format_datetime(notification.arrived)}")
    groups = [about_message, *(_recipient_fields(r) for r in notification.recipients)]
    return "\r\n\r\n".join("\r\n".join(group) for group in groups) + "\r\n"


def _recipient_fields(recipient: RecipientStatus) -> list[str]:
    kind = "rfc822" if recipient.address.isascii() else "utf-8"
    fields = []
    if recipient.original_recipient:
        fields.append(f"Original-Recipient: {_printable(recipient.original_recipient)}")
    fields += [
        f"Final-Recipient: {kind}; {recipient.address}",
        f"Action: {recipient.action}",
        f"Status: {recipient.status}",
    ]
    if recipient.remote_mta:
        fields.append(f"Remote-MTA: dns; {recipient.remote_mta}")
    if recipient.diagnostic:
        # `smtp` is what a server said (RFC 3464 §2.3.6); our own words may look the same.
        has_said = recipient.remote_mta and recipient.diagnostic[:3].isdigit()
        said = "smtp" if has_said else "x-local"
        fields.append(f"Diagnostic-Code: {said}; {_printable(recipient.diagnostic)}")
    if recipient.last_attempt:
        fields.append(f"Last-Attempt-Date: {format_datetime(recipient.last_attempt)}")
    if recipient.will_retry_until:
        fields.append(f"Will-Retry-Until: {format_datetime(recipient.will_retry_until)}")
    return fields


def _printable(text: str) -> str:
    """A remote server's words, unable to begin a field of their own or to overrun a line."""
    return " ".join(text.split())[:900]


def _returned(notification: Notification) -> tuple[str, bytes]:
    original, kind = notification.original, "global" if notification.is_utf8 else "rfc822"
    wants_whole = notification.ret.upper() == "FULL" and _worst(notification) == "failed"
    if wants_whole and len(original) <= RETURN_WHOLE_UP_TO:
        return f"message/{kind}", original
    header = original.partition(b"\r\n\r\n")[0] + b"\r\n"
    return ("message/global-headers" if notification.is_utf8 else "text/rfc822-headers"), header


def _part(content_type: str, content: bytes) -> bytes:
    head = (
        f"Content-Type: {content_type}\r\nContent-Transfer-Encoding: {_encoding(content)}\r\n\r\n"
    )
    return head.encode() + content


def _encoding(content: bytes) -> str:
    return "7bit" if content.isascii() else "8bit"
