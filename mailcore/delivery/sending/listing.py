"""Find messages: the current reseller's, newest first, a bounded number looked at for each page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db import connection

from kernel import clock, ids
from kernel.actor import Actor, authorise
from kernel.tenancy import current_reseller_id
from mailcore.delivery.sending.selectors import READ
from mailcore.delivery.statements import statement
from mailcore.protocol import addresses, xtext

_TO, _LIST, _RECIPIENTS = (
    statement("messages_to"),
    statement("list_messages"),
    statement("recipients_of"),
)
STATES = ("queued", "held", "delivered", "bounced", "suppressed", "expired", "cancelled")
#: How many messages are looked at for one page, whatever is asked for.
SCANNED = 2000
#: How far back a list goes that names no start; and how many recipients of each are shown.
WINDOW, SHOWN = timedelta(days=7), 10
#: A message and its recipients get their ids within this time.
_APART = timedelta(hours=1)
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_ROUTE = "SELECT domain FROM public.route WHERE public_id = %s"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What is asked for; None is any.

    `recipient` and `sender` are addresses, `domain` an id, `message_id` the header field.
    """

    state: str | None = None
    recipient: str | None = None
    sender: str | None = None
    stream: str | None = None
    domain: UUID | None = None
    message_id: str | None = None
    reference: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A recipient and where it stands."""

    address: str
    state: str
    reason: str | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A message with its first recipients, and how many it has; `sender` is a mailbox, or ''."""

    id: UUID
    message_id: str
    reference: str
    stream: str
    sender: str
    from_domain: str
    return_path: str
    size: int
    accepted_at: datetime
    recipient_count: int
    recipients: Sequence[Standing]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A page, and the id below which the next one begins: None when there is no more."""

    messages: Sequence[Listed]
    below: UUID | None


def list_messages(*, actor: Actor, sought: Sought, below: UUID | None, limit: int) -> Found:
    """What fits among the next messages below an id; raises NotAllowed.

    So a page may be short, even empty, and be followed by another one.
    """
    authorise(actor, READ)
    bounds = _bounds(sought, below)
    names = _names_of([one for one in (actor.domain, sought.domain) if one is not None])
    if bounds is None or names is None:
        return Found(messages=(), below=None)
    given = _given(actor, sought, names, bounds)
    if sought.recipient is not None:
        given["ids"] = [row["messages_to"] for row in _rows(_TO, given)]
    rows = _rows(_LIST, given)
    fitting = [row for row in rows if row["id"] is not None]
    # What is not shown needs no recipients.
    cut = fitting[: limit + 1] if sought.state is None else fitting
    found = _with_recipients(cut, sought.state)
    if len(found) > limit:
        return Found(messages=found[:limit], below=found[limit - 1].id)
    if len(cut) < len(fitting):  # recipients of some were not found: the others were not asked for
        return Found(messages=found, below=cut[-1]["id"])
    return Found(messages=found, below=_end_of(rows[0], given["ids"]))


def _end_of(row: Mapping[str, Any], ids_to: Sequence[UUID] | None) -> UUID | None:
    """The last that was looked at; None when that was all. With a recipient all that it got count."""
    looked, last = row["looked"], row["last"]
    if ids_to is not None:
        looked, last = len(ids_to), min(ids_to, default=None)
    return None if looked < SCANNED else last


def _bounds(sought: Sought, below: UUID | None) -> tuple[UUID, UUID] | None:
    """Ids from the first to before the second; None when nothing lies between."""
    now = clock.now()
    until = now + _APART if sought.until is None else min(sought.until, now + _APART)
    if until < _EPOCH:
        return None
    above = ids.first_at(max(sought.since or min(until, now) - WINDOW, _EPOCH))
    end = ids.first_at(until)
    end = end if below is None else min(below, end)
    return (above, end) if above < end else None


def _names_of(domains: Sequence[UUID]) -> set[str] | None:
    """The names of these domains; None when they are not one and the same of the reseller's."""
    names = set()
    for domain in domains:
        with connection.cursor() as cursor:
            cursor.execute(_ROUTE, [domain])
            row = cursor.fetchone()
        names.add(row[0] if row else "")
    return None if "" in names or len(names) > 1 else names


def _given(
    actor: Actor, sought: Sought, names: set[str], bounds: tuple[UUID, UUID]
) -> dict[str, Any]:
    above, below = bounds
    return {
        "reseller": current_reseller_id(),
        "above": above,
        "below": below,
        **_around(above, below),
        "ids": None,
        "scan": SCANNED,
        "address": sought.recipient,
        "organisation": actor.organisation,
        "from_domain": next(iter(names), None),
        "headers": None if sought.message_id is None else _headers(sought.message_id),
        "stream": sought.stream,
        "sender": None if sought.sender is None else _login(sought.sender),
        "reference": None if sought.reference is None else xtext.encode(sought.reference),
    }


def _headers(message_id: str) -> list[str]:
    """As people copy it: with its brackets (RFC 5322 §3.6.4) or without."""
    bare = message_id.strip().removeprefix("<").removesuffix(">")
    return [bare, f"<{bare}>"]


def _login(sender: str) -> str:
    """As it is stored; what is no address of a mailbox fits no message."""
    try:
        return addresses.normalise(sender)
    except addresses.InvalidAddress:
        return sender


def _around(above: UUID, below: UUID) -> dict[str, UUID]:
    """Between which ids the recipients of messages between these lie."""
    return {
        "recipients_above": ids.first_at(ids.instant_of(above) - _APART),
        "recipients_below": ids.first_at(ids.instant_of(below) + _APART),
    }


def _with_recipients(rows: Sequence[Mapping[str, Any]], state: str | None) -> list[Listed]:
    if not rows:
        return []
    given = {
        "ids": [row["id"] for row in rows],
        "state": state,
        "shown": SHOWN,
        **_around(rows[-1]["id"], rows[0]["id"]),
    }
    grouped = groupby(_rows(_RECIPIENTS, given), key=lambda row: row["message_id"])
    standing = {message: list(group) for message, group in grouped}
    return [_listed(row, standing[row["id"]]) for row in rows if row["id"] in standing]


def _listed(row: Mapping[str, Any], recipients: Sequence[Mapping[str, Any]]) -> Listed:
    return Listed(
        id=row["id"],
        message_id=row["message_id"],
        reference=xtext.decode(row["dsn_envid"] or ""),
        stream=row["stream"],
        sender=row["submitter"],
        from_domain=row["from_domain"],
        return_path=row["envelope_from"],
        size=row["size"],
        accepted_at=row["accepted_at"],
        recipient_count=recipients[0]["recipients"],
        recipients=[
            Standing(
                address=one["address"],
                state=one["state"],
                reason=one["reason"],
                ended_at=one["ended_at"],
            )
            for one in recipients
        ],
    )


def _rows(query: str, given: Mapping[str, Any]) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(query, given)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
