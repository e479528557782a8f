"""Header fields that a program may add, and what it may say of its attachments."""

import re

from mailcore.delivery.sending.errors import HeaderNotAllowed, MessageInvalid
from mailcore.delivery.sending.given import Given, pointer
from mailcore.protocol import addresses, headers, identity, mime
from mailcore.protocol.headers import Field

#: All others say who sent what to whom by which way: they are ours, or nobody's.
_ALLOWED = frozenset(
    {
        "auto-submitted", "comments", "feedback-id", "importance", "in-reply-to", "keywords",
        "list-archive", "list-help", "list-id", "list-owner", "list-post", "list-subscribe",
        "list-unsubscribe", "list-unsubscribe-post", "message-id", "organization", "precedence",
        "priority", "references", "tls-required",
    }
)  # fmt: skip
_FREE = frozenset({"comments", "keywords", "organization"})
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,74}[A-Za-z0-9])?")
_MOST_FIELDS, _LONGEST_VALUE = 50, 900
_TOKEN = r"[A-Za-z0-9!#$&^_.+-]{1,60}"  # noqa: S105 - a word of RFC 2045
_TYPE = re.compile(
    rf"({_TOKEN})/{_TOKEN}(?:; ?{_TOKEN}=(?:{_TOKEN}|\"[^\"\\\x00-\x1f\x7f-\uffff]{{0,60}}\"))*"
)
_CONTENT_ID = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.@-]{1,200}")
_LONGEST_NAME = 150


def read(given: Given) -> list[Field]:
    """The fields of `headers`; raises HeaderNotAllowed, MessageInvalid."""
    wanted = given.object("headers")
    if len(wanted) > _MOST_FIELDS:
        raise MessageInvalid(f"At most {_MOST_FIELDS} fields can be added.", field="headers")
    if len({name.lower() for name in wanted}) < len(wanted):
        raise MessageInvalid("A field is given twice.", field="headers")
    return [_field(name, value) for name, value in wanted.items()]


def _field(name: str, value: object) -> Field:
    at, lower = f"headers/{pointer(name)}", name.lower()
    if not is_allowed(lower):
        raise HeaderNotAllowed(field=at)
    if not isinstance(value, str) or not value.strip() or len(value) > _LONGEST_VALUE:
        message = f"A field's value is a text of 1 to {_LONGEST_VALUE} characters."
        raise MessageInvalid(message, field=at)
    if not addresses.is_line(value):
        message = "Line ends and control characters cannot stand in a header."
        raise MessageInvalid(message, field=at)
    if lower.startswith("x-") or lower in _FREE:
        return mime.text_field(name, value.strip())
    if not value.isascii():
        raise MessageInvalid("This field takes ASCII only.", field=at)
    return headers.make(name, value.strip())


def is_allowed(lower: str) -> bool:
    """Whether a program may add a field of this name, in lower case."""
    if not _NAME.fullmatch(lower) or lower.startswith(identity.PREFIX):
        return False
    return lower.startswith("x-") or lower in _ALLOWED


def filename(given: Given) -> str:
    """The name of an attachment; raises MessageInvalid."""
    name = given.line("filename", most=_LONGEST_NAME)
    if not name or "/" in name or "\\" in name or len(name.encode()) > 255:
        message = f"A file needs a name of 1 to {_LONGEST_NAME} characters, without slashes."
        raise MessageInvalid(message, field=given.place("filename"))
    return name


def content_type(given: Given) -> str:
    """Its type, `application/octet-stream` when not given; raises MessageInvalid."""
    if not given.has("content_type"):
        return "application/octet-stream"
    value = given.line("content_type", most=200)
    found = _TYPE.fullmatch(value)
    # Parts of these types may not be in base64 (RFC 2045 §6.4).
    if found is None or found[1].lower() in {"multipart", "message"}:
        message = "A type is of the form `type/subtype`, and neither multipart nor message."
        raise MessageInvalid(message, field=given.place("content_type"))
    return value


def content_id(given: Given) -> str:
    """By which name the HTML shows it, '' when it does not; raises MessageInvalid."""
    value = given.line("content_id", most=200)
    if value and not _CONTENT_ID.fullmatch(value):
        message = "A content id is of letters, digits and punctuation, without brackets."
        raise MessageInvalid(message, field=given.place("content_id"))
    return value
