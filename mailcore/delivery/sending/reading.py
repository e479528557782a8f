"""From posted JSON to a posting: pure, no database."""

import re
from collections.abc import Sequence

from kernel import ids
from mailcore.delivery.accept.batch import domain_of
from mailcore.delivery.accept.submission import Stream
from mailcore.delivery.sending import extra_fields, raw
from mailcore.delivery.sending.errors import MessageInvalid, TooLarge
from mailcore.delivery.sending.given import LARGEST_MESSAGE, Given
from mailcore.delivery.sending.posting import Posting
from mailcore.protocol import addresses, bulk_headers, headers, mime, requiretls, xtext
from mailcore.protocol.headers import Field

_ALWAYS = frozenset({"recipients", "stream", "reference", "raw"})
_COMPOSED = (
    "from", "to", "cc", "bcc", "reply_to", "subject", "text", "html", "attachments", "headers",
)  # fmt: skip
_ATTACHMENT = frozenset({"filename", "content_type", "content", "content_id"})
MOST_RECIPIENTS = 1000
_LONGEST_ADDRESS, _LONGEST_SUBJECT = 400, 900
_MOST_FILES = 100
_REFERENCE = re.compile(r"[!-~]*")
_STREAMS = {"": Stream.TRANSACTIONAL, "transactional": Stream.TRANSACTIONAL, "bulk": Stream.BULK}
#: An empty group: there are recipients, and it is not said who (RFC 5322 §3.4).
_NOBODY = headers.make("To", "undisclosed-recipients:;")
Named = tuple[str, str]


def read(value: object) -> Posting:
    """The posting; raises MessageInvalid and the other errors of this package with their place."""
    given = Given(value, known=_ALWAYS.union(_COMPOSED))
    return _read_raw(given) if given.has("raw") else _read_composed(given)


def _read_raw(given: Given) -> Posting:
    for name in _COMPOSED:
        if given.has(name):
            raise MessageInvalid("Beside `raw`: the message says this itself.", field=name)
    message = raw.read(given.file("raw"))
    recipients = _envelope(given)
    if not recipients:
        raise MessageInvalid("A whole message needs its recipients beside it.", field="recipients")
    return Posting(
        stream=_stream(given),
        from_domain=message.from_domain,
        recipients=recipients,
        fields=message.fields,
        rest=message.rest,
        reference=_reference(given),
        is_utf8=not all(field.raw.isascii() for field in message.fields)
        or not all(map(str.isascii, recipients)),
        require_tls=requiretls.wish_of(False, message.fields),
    )


def _read_composed(given: Given) -> Posting:
    sender = _sender(given)
    shown = {name: _named_list(given, name) for name in ("to", "cc", "reply_to")}
    envelope = _envelope(given)
    hidden = _named_list(given, "bcc")
    if envelope and hidden:
        raise MessageInvalid("Name the hidden recipients among `recipients`.", field="bcc")
    everybody = [*envelope] or [address for _, address in (*shown["to"], *shown["cc"], *hidden)]
    if not everybody:
        raise MessageInvalid("A message needs a recipient.", field="to")
    is_individual = bool(envelope) and not shown["to"]
    added = extra_fields.read(given)
    part = mime.compose(_content(given), boundary=f"=_{ids.uuid7().hex}")
    if len(part.body) > LARGEST_MESSAGE:
        raise TooLarge
    fields = [*_head(given, sender, shown), *added, headers.make("MIME-Version", "1.0")]
    fields += [*([] if shown["to"] or is_individual else [_NOBODY]), *part.fields]
    if added:
        _require_well_formed(fields)
    named = [address for _, address in (sender, *shown["to"], *shown["cc"], *shown["reply_to"])]
    return Posting(
        stream=_stream(given),
        from_domain=domain_of(sender[1]),
        recipients=_once(everybody),
        fields=fields,
        rest=b"\r\n" + part.body,
        reference=_reference(given),
        is_individual=is_individual,
        is_utf8=not all(map(str.isascii, [*named, *everybody])),
        require_tls=requiretls.wish_of(False, added),
    )


def _head(given: Given, sender: Named, shown: dict[str, list[Named]]) -> list[Field]:
    fields = [mime.address_field("From", [sender])]
    for name, title in (("to", "To"), ("cc", "Cc"), ("reply_to", "Reply-To")):
        if shown[name]:
            fields.append(mime.address_field(title, shown[name]))
    subject = given.line("subject", most=_LONGEST_SUBJECT)
    fields.append(mime.text_field("Subject", subject))
    return fields


def _require_well_formed(fields: Sequence[Field]) -> None:
    """A Message-ID of the program's own is the one field that can be wrong here."""
    fault = bulk_headers.fault_of(fields)
    if fault is not None:
        raise MessageInvalid(f"The field {fault} is malformed.", field=f"headers/{fault}")


def _content(given: Given) -> mime.Content:
    texts = {
        name: given.text(name, most=LARGEST_MESSAGE) if given.has(name) else None
        for name in ("text", "html")
    }
    files = [
        _attachment(one, at=f"attachments/{n}")
        for n, one in enumerate(given.list("attachments", most=_MOST_FILES))
    ]
    if texts["text"] is None and texts["html"] is None:
        raise MessageInvalid("A message needs a text, or HTML.", field="text")
    return mime.Content(text=texts["text"], html=texts["html"], attachments=files)


def _attachment(value: object, *, at: str) -> mime.Attachment:
    given = Given(value, known=_ATTACHMENT, at=at)
    return mime.Attachment(
        filename=extra_fields.filename(given),
        content_type=extra_fields.content_type(given),
        content=given.file("content"),
        content_id=extra_fields.content_id(given),
    )


def _sender(given: Given) -> Named:
    name, address = _named(given.line("from", most=_LONGEST_ADDRESS), at="from")
    if address.startswith('"'):
        raise MessageInvalid("The sender's address needs no quotes.", field="from")
    return name, address


def _named_list(given: Given, name: str) -> list[Named]:
    return [
        _named(one, at=f"{name}/{n}")
        for n, one in enumerate(given.list(name, most=MOST_RECIPIENTS))
    ]


def _named(value: object, *, at: str) -> Named:
    if not isinstance(value, str) or len(value) > _LONGEST_ADDRESS:
        raise MessageInvalid("This is not a mail address.", field=at)
    try:
        return addresses.named(value)
    except addresses.InvalidAddress as error:
        raise MessageInvalid("This is not a mail address.", field=at, reason=error.code) from error


def _envelope(given: Given) -> Sequence[str]:
    return _once(
        [
            _named(one, at=f"recipients/{n}")[1]
            for n, one in enumerate(given.list("recipients", most=MOST_RECIPIENTS))
        ]
    )


def _once(found: Sequence[str]) -> list[str]:
    """Each address once, in the order in which they were named."""
    return list(dict.fromkeys(found))


def _stream(given: Given) -> Stream:
    name = given.text("stream", most=20)
    if name not in _STREAMS:
        raise MessageInvalid("A stream is `transactional` or `bulk`.", field="stream")
    return _STREAMS[name]


def _reference(given: Given) -> str:
    """What becomes ENVID, which has at most 100 characters (RFC 3461 §4.4)."""
    reference = given.text("reference", most=60)
    if not _REFERENCE.fullmatch(reference) or len(xtext.encode(reference)) > 100:
        message = "A reference has up to 60 printable ASCII characters, and no spaces."
        raise MessageInvalid(message, field="reference")
    return reference
