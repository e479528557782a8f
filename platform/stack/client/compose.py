"""Plain messages for tests and demonstrations."""

import email.policy
import time
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid


def compose(
    *,
    sender: str,
    recipient: str,
    subject: str,
    body: str = "Good day.\n",
    headers: dict[str, str] | None = None,
) -> bytes:
    """Return a small complete message (From, To, Subject, Date, Message-ID, text body) as it goes over the line."""
    message = EmailMessage()
    message["From"] = sender
    message["To"] = recipient
    message["Subject"] = subject
    message["Date"] = format_datetime(datetime.fromtimestamp(time.time(), UTC))
    message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2].rstrip(">"))
    for name, value in (headers or {}).items():
        message[name] = value
    message.set_content(body)
    return message.as_bytes(policy=email.policy.SMTP)
