"""What the API takes as a message: for the document, `sending.reading` is what reads it."""

from collections.abc import Mapping
from typing import Annotated, NotRequired, TypedDict

from kernel.rest.openapi import OneOf, shape

_EXAMPLE: Mapping[str, object] = {
    "from": "Shop <shop@client.test>",
    "to": ["Ann <ann@example.com>"],
    "subject": "Your order",
    "text": "Dear Ann, …",
    "reference": "order-77",
}


class NewAttachment(TypedDict):
    """A file; one with a `content_id` is shown in the HTML by `cid:`."""

    filename: str
    content: Annotated[str, "Base64."]
    content_type: NotRequired[str | None]
    content_id: NotRequired[str | None]


#: `from` is a word of Python's own, hence this form.
NewMessage = TypedDict(
    "NewMessage",
    {
        "from": NotRequired[Annotated[str, "`name@domain` or `Name <name@domain>`."]],
        "to": NotRequired[list[str] | None],
        "cc": NotRequired[list[str] | None],
        "bcc": NotRequired[list[str] | None],
        "recipients": NotRequired[Annotated[list[str], "Instead, whom it is sent to."] | None],
        "reply_to": NotRequired[list[str] | None],
        "subject": NotRequired[str | None],
        "text": NotRequired[str | None],
        "html": NotRequired[str | None],
        "attachments": NotRequired[list[NewAttachment] | None],
        "headers": NotRequired[dict[str, str] | None],
        "raw": NotRequired[Annotated[str, "Instead, a whole message (RFC 5322) in base64."] | None],
        "stream": NotRequired[Annotated[str, OneOf(["transactional", "bulk"])] | None],
        "reference": NotRequired[Annotated[str, "Your own, told again with the message."] | None],
    },
)
NewMessage.__doc__ = "A message to send: composed of its parts, or `raw`."
shape(example=_EXAMPLE)(NewMessage)


@shape(example={"messages": [_EXAMPLE]})
class NewBatch(TypedDict):
    """Up to 1,000 messages in one request, each taken or refused on its own merits."""

    messages: list[NewMessage]
