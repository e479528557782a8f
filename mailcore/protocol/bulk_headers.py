"""Header fields of bulk mail: which must be there and how (RFC 5322, 2369, 8058, 9477)."""

import re
from collections.abc import Callable, Iterable
from email.utils import parsedate_to_datetime
from typing import Literal

from mailcore.protocol import headers, sender_rule
from mailcore.protocol.headers import Field

ONE_CLICK = "List-Unsubscribe=One-Click"
#: What only we write: the same from a sender would let it pass for somebody else.
OURS = frozenset({"cfbl-feedback-id", "cfbl-address", "return-path"})
_ONCE = ("From", "Date", "Message-ID", "Subject", "To", "List-Unsubscribe", "List-Unsubscribe-Post")
_MESSAGE_ID = re.compile(r"<[^\s<>@]{1,250}@[^\s<>@]{1,250}>")
_HTTPS = re.compile(r"<\s*https://[^\s<>]+>", re.IGNORECASE)


def fault_of(fields: Iterable[Field]) -> str | None:
    """The name of the first field that is doubled, missing or malformed; None when all is well.

    Message-ID and Date may be missing: they are added.
    """
    found = list(fields)
    for name in _ONCE:
        if len(headers.values_of(found, name)) > 1:
            return name
    senders = [sender_rule.addresses_in(value) for value in headers.values_of(found, "from")]
    if len(senders) != 1 or not senders[0] or len(senders[0]) != 1:
        return "From"
    if not all(_MESSAGE_ID.fullmatch(value) for value in headers.values_of(found, "message-id")):
        return "Message-ID"
    if not all(_is_date(value) for value in headers.values_of(found, "date")):
        return "Date"
    return None


def from_domain(fields: Iterable[Field], *, stored: Callable[[str], str]) -> str:
    """The domain of the one From address, as `stored` writes it."""
    addresses = sender_rule.addresses_in(headers.values_of(fields, "from")[0])
    return stored(addresses[0]) if addresses else ""


def unsubscribe_of(fields: Iterable[Field]) -> Literal["none", "complete", "incomplete"]:
    """Whether the message brings its own link, and whether one click is enough for it (RFC 8058)."""
    found = list(fields)
    links = headers.values_of(found, "list-unsubscribe")
    posts = headers.values_of(found, "list-unsubscribe-post")
    if not links and not posts:
        return "none"
    is_complete = (
        bool(links)
        and _HTTPS.search(links[0]) is not None
        and [post.replace(" ", "").lower() for post in posts] == [ONE_CLICK.lower()]
    )
    return "complete" if is_complete else "incomplete"


def folded(name: str, value: str) -> Field:
    """A field whose value stands on a line of its own: long addresses fit there."""
    if "\r" in value or "\n" in value or len(value) > 990:
        raise ValueError(f"the new field {name} fits no line")
    return Field(name=name.lower(), raw=f"{name}:\r\n {value}\r\n".encode())


def _is_date(value: str) -> bool:
    try:
        parsedate_to_datetime(value)
    except (TypeError, ValueError):
        return False
    return True
