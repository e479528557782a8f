"""Find the report in the message that brought it; anybody may have written it."""

from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message

from mailcore.protocol.reports.unpack import MOST_IN, is_packed
from mailcore.protocol.reports.unreadable import Unreadable

#: Bytes of a message whose attachment, base64 and all, is within bounds.
MOST_MESSAGE = MOST_IN * 3 // 2
_MOST_PARTS = 50
#: Bodies that people read, and pictures: a report begins with none of what we look for there.
_PROSE = frozenset({"text/plain", "text/html"})
_ENDINGS = (".xml", ".json", ".gz", ".zip", ".gzip")


def parse(message: bytes) -> "Message[str, str] | None":
    """The message; None for what Python's parser gives up on."""
    try:
        return message_from_bytes(message)
    except (RecursionError, TypeError, ValueError, LookupError):
        return None


def report_in(message: bytes) -> bytes:
    """The first attachment that looks like a report, packed as it came; raises Unreadable."""
    if len(message) > MOST_MESSAGE:
        raise Unreadable("too_large")
    parsed = parse(message)
    if parsed is None:
        raise Unreadable("no_attachment")
    try:
        found = next((content for content in _candidates(parsed) if content), b"")
    except (RecursionError, TypeError, ValueError, LookupError) as error:
        # As in `dsn_reader`: odd nesting and RFC 2231 parameters.
        raise Unreadable("no_attachment") from error
    if not found:
        raise Unreadable("no_attachment")
    return found


def _candidates(message: "Message[str, str]") -> Iterator[bytes]:
    for _, part in zip(range(_MOST_PARTS), message.walk(), strict=False):
        if part.is_multipart():
            continue
        content = part.get_payload(decode=True)
        if isinstance(content, bytes) and _looks_like_one(part, content):
            yield content


def _looks_like_one(part: "Message[str, str]", content: bytes) -> bool:
    if is_packed(content):
        return True
    name = str(part.get_filename() or "").lower()
    if part.get_content_type() in _PROSE and not name.endswith(_ENDINGS):
        return False
    return content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in {b"<", b"{"}
