"""What the API shows of messages."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, NotRequired, TypedDict

from kernel import ids
from kernel.rest.openapi import Id, OneOf, shape
from kernel.rest.problems import Fault, entry
from mailcore.delivery.accept.submission import Stream
from mailcore.delivery.sending.listing import STATES, Listed
from mailcore.delivery.sending.selectors import Message, Recipient
from mailcore.delivery.sending.services import Outcome

_ID = "msg_01k8z1q5t7w9y1a3c5e7g9j1m3"


class CopyShown(TypedDict):
    """One recipient's message."""

    id: Annotated[str, Id("msg")]
    message_id: str
    address: str
    state: Annotated[str, OneOf(["queued", "held", "suppressed"])]
    reason: str | None


class Taken(TypedDict):
    """What became of a posted message: its copies, or the error that kept it out."""

    index: int
    reference: NotRequired[str]
    recipients: NotRequired[list[CopyShown]]
    error: NotRequired[Fault]


@shape(
    example={
        "data": [
            {
                "index": 0,
                "reference": "order-77",
                "recipients": [
                    {
                        "id": _ID,
                        "message_id": "<01k8z1q5@client.test>",
                        "address": "ann@example.com",
                        "state": "queued",
                        "reason": None,
                    }
                ],
            }
        ]
    }
)
class TakenMessages(TypedDict):
    """An entry for each message, in their order."""

    data: list[Taken]


class StandingShown(TypedDict):
    """A recipient and where it stands."""

    address: str
    state: Annotated[str, OneOf(STATES)]
    reason: str | None
    ended_at: datetime | None


@shape(
    example={
        "id": _ID,
        "message_id": "<01k8z1q5@client.test>",
        "reference": "order-77",
        "stream": "transactional",
        "sender": "",
        "from_domain": "client.test",
        "return_path": "b+01k8z1q5@bounce.client.test",
        "size": 10240,
        "accepted_at": "2026-03-01T11:00:00Z",
        "recipient_count": 1,
        "recipients": [
            {
                "address": "ann@example.com",
                "state": "delivered",
                "reason": "250 2.0.0 ok",
                "ended_at": "2026-03-01T11:00:02Z",
            }
        ],
    }
)
class MessageListed(TypedDict):
    """A message with its first ten recipients; read it for all, and their tries."""

    id: Annotated[str, Id("msg")]
    message_id: str
    reference: str
    stream: Annotated[str, OneOf(Stream)]
    sender: str
    from_domain: str
    return_path: str
    size: int
    accepted_at: datetime
    recipient_count: int
    recipients: list[StandingShown]


_MESSAGE: Mapping[str, object] = {
    "id": _ID,
    "message_id": "<01k8z1q5@client.test>",
    "reference": "order-77",
    "stream": "transactional",
    "sender": "",
    "from_domain": "client.test",
    "return_path": "b+01k8z1q5@bounce.client.test",
    "size": 10240,
    "accepted_at": "2026-03-01T11:00:00Z",
    "recipients": [
        {
            "address": "ann@example.com",
            "state": "delivered",
            "reason": "250 2.0.0 ok",
            "held_until": None,
            "next_try_at": None,
            "expires_at": None,
            "ended_at": "2026-03-01T11:00:02Z",
            "attempts": [],
        }
    ],
}


@shape(example=_MESSAGE)
class MessageShown(TypedDict):
    """A message as its sender sees it; its content is not shown."""

    id: Annotated[str, Id("msg")]
    message_id: str
    reference: str
    stream: str
    sender: str
    from_domain: str
    return_path: str
    size: int
    accepted_at: datetime
    recipients: list[Recipient]


def show_listed(found: Listed) -> dict[str, Any]:
    """A message of a list as JSON: a MessageListed."""
    return {**asdict(found), "id": ids.to_public("msg", found.id)}


def show_outcome(outcome: Outcome, *, index: int) -> Taken:
    """What became of one as JSON."""
    if outcome.error is not None:
        return {"index": index, "error": entry(outcome.error, at=f"messages/{index}")}
    recipients: list[CopyShown] = [
        {
            "id": ids.to_public("msg", copy.id),
            "message_id": copy.message_id,
            "address": copy.address,
            "state": copy.state,
            "reason": copy.reason,
        }
        for copy in outcome.copies
    ]
    return {"index": index, "reference": outcome.reference, "recipients": recipients}


def show_message(found: Message) -> dict[str, Any]:
    """A message as JSON: a MessageShown."""
    return {**asdict(found), "id": ids.to_public("msg", found.id)}
