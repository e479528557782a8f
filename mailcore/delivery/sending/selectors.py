"""Read what became of a message: the current reseller's, kept apart by row security."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db import connection

from kernel import ids
from kernel.actor import Actor, authorise
from mailcore.delivery.statements import statement
from mailcore.protocol import xtext

_TRACE = statement("message_trace")
READ = "messages.read"
_Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try: which way it took, and what the other side said."""

    at: datetime
    outcome: str
    phase: str
    source: str
    mx: str
    mx_address: str
    tls: str
    code: int | None
    enhanced: str | None
    reply: str
    reason: str | None
    maybe_delivered: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Where a recipient stands: `state` as in the ledger, or held; with the tries so far."""

    address: str
    state: str
    reason: str | None
    held_until: datetime | None
    next_try_at: datetime | None
    expires_at: datetime | None
    ended_at: datetime | None
    attempts: Sequence[Attempt]


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message as its sender sees it: `sender` is a mailbox, or ''. Its content is not shown."""

    id: UUID
    message_id: str
    reference: str
    stream: str
    sender: str
    from_domain: str
    return_path: str
    size: int
    accepted_at: datetime
    recipients: Sequence[Recipient]


def get_message(*, actor: Actor, message_id: UUID) -> Message:
    """One message; raises NotAllowed, and NotFound for what the actor does not see."""
    authorise(actor, READ)
    with connection.cursor() as cursor:
        cursor.execute(
            _TRACE, {"id": message_id, "organisation": actor.organisation, "domain": actor.domain}
        )
        names = [column.name for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    if not rows:
        raise ids.missing("msg")
    first = rows[0]
    return Message(
        id=first["message"],
        message_id=first["message_id"],
        reference=xtext.decode(first["dsn_envid"] or ""),
        stream=first["stream"],
        sender=first["submitter"],
        from_domain=first["from_domain"],
        return_path=first["envelope_from"],
        size=first["size"],
        accepted_at=first["accepted_at"],
        recipients=list(_recipients(rows)),
    )


def _recipients(rows: Sequence[_Row]) -> Iterator[Recipient]:
    for _, found in groupby(rows, key=lambda row: row["recipient"]):
        tries = list(found)
        row = tries[0]
        is_held = row["queue_state"] == "held"
        yield Recipient(
            address=row["address"],
            state="held" if is_held else row["status"],
            reason=row["held_reason"] if is_held else row["final_text"],
            held_until=row["held_until"],
            next_try_at=row["due"] if row["queue_state"] == "ready" else None,
            expires_at=row["expires_at"],
            ended_at=row["final_at"],
            attempts=[_attempt(one) for one in tries if one["attempt"] is not None],
        )


def _attempt(row: _Row) -> Attempt:
    return Attempt(
        at=row["ended_at"],
        **{
            name: row[name]
            for name in (
                "outcome", "phase", "source", "mx", "mx_address", "tls", "code", "enhanced", "reply",
                "reason", "maybe_delivered",
            )
        },
    )  # fmt: skip
