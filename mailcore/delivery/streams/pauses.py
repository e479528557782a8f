"""Streams that stand still: paused by the reseller, by the operator, or by what receivers say.

Each side ends its own pause; several may stand at once, and a stream runs when none does. Acceptance
and the engine hold what belongs to the stream. It expires as all mail does: what is held longer than
`submission.LIFETIME` allows goes back to its sender.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from kernel import clock, outbox
from kernel.actor import Actor, ActorKind, authorise
from kernel.errors import Conflict, InvalidInput, NotAllowed
from mailcore.delivery.accept.submission import Stream
from mailcore.delivery.statements import statement
from mailcore.delivery.streams import held
from mailcore.delivery.streams.errors import PausedByPlatform, StreamNotPausable

_PAUSE, _RESUME, _LIST = (
    statement("pause_stream"),
    statement("resume_stream"),
    statement("list_streams"),
)
_STANDING = """SELECT side FROM public.stream_pause
               WHERE reseller_id = %(reseller)s AND stream = %(stream)s AND state = 'paused'"""
#: Orders about one stream wait for each other, so that each knows what else stands.
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('stream ' || %(reseller)s || %(stream)s, 0))"
READ, WRITE = "queue.read", "queue.write"
#: What members and keys of a reseller need for a pause of their own.
OWN_WRITE = "streams.write"
MOST_REASON = 200


class Side(StrEnum):
    """Whose a pause is, the strongest first."""

    OPERATOR = "operator"
    SIGNALS = "signals"
    RESELLER = "reseller"


#: What an order of a side ends: the operator overrules the signals, nobody a reseller's own pause.
_ENDS: dict[Side, Sequence[Side]] = {
    Side.OPERATOR: (Side.OPERATOR, Side.SIGNALS),
    Side.SIGNALS: (Side.SIGNALS,),
    Side.RESELLER: (Side.RESELLER,),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamState:
    """A reseller's stream and its last seven days: recipients that ended, and how."""

    reseller: str
    reseller_id: UUID
    stream: str
    state: str
    reason: str
    since: datetime | None
    by: str
    side: str
    until: datetime | None
    ended: int
    delivered: int
    hard: int
    complained: int


def list_streams(*, actor: Actor, reseller_id: UUID | None = None) -> list[StreamState]:
    """Paused ones first; raises NotAllowed. Row security shows a reseller only its own."""
    authorise(actor, READ)
    with connection.cursor() as cursor:
        cursor.execute(_LIST, {"now": clock.now(), "reseller": reseller_id})
        names = [column.name for column in cursor.description]
        return [StreamState(**dict(zip(names, row, strict=True))) for row in cursor.fetchall()]


@transaction.atomic
def pause_stream(
    *, actor: Actor, reseller_id: UUID, stream: str, reason: str, until: datetime | None = None
) -> None:
    """Hold a stream until an instant or an order of the same side.

    Raises NotAllowed, InvalidInput, StreamNotPausable, Conflict (this side paused it already).
    """
    side = _side_of(actor)
    if side is Side.RESELLER and stream == Stream.SYSTEM:
        raise StreamNotPausable
    clean = " ".join(reason.split())
    if not clean or len(clean) > MOST_REASON:
        raise InvalidInput(f"A reason has 1 to {MOST_REASON} characters.", field="reason")
    if until is not None and until <= clock.now():
        raise InvalidInput("The end of a pause lies in the future.", field="until")
    which = _which(reseller_id, stream, actor)
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, which)
        cursor.execute(_PAUSE, {"side": side, "reason": clean, "until": until, **which})
        if cursor.fetchone() is None:
            raise Conflict("This stream is paused already.")
    data = {"stream": stream, "reason": clean, "by": side.value}
    _tell("stream.paused", reseller_id, actor=actor, data=data, is_news=True)


def resume_stream(*, actor: Actor, reseller_id: UUID, stream: str) -> int:
    """End the pause of the caller's side; how many recipients were released at once.

    When no other stands the stream runs again; the days before are forgiven if the operator says
    so. A reseller's are released by the worker, within seconds. Raises NotAllowed, Conflict (not
    paused), PausedByPlatform.
    """
    side = _side_of(actor)
    runs = end_pause(actor=actor, reseller_id=reseller_id, stream=stream, sides=_ENDS[side])
    # After the commit, so that nobody holds more; what was just being held, `judge_streams` finds.
    if not runs or side is Side.RESELLER:
        return 0
    return held.release(actor, reseller_id, stream)


@transaction.atomic
def end_pause(
    *,
    actor: Actor,
    reseller_id: UUID,
    stream: str,
    sides: Sequence[Side],
    over_at: datetime | None = None,
) -> bool:
    """End the pauses of these sides; whether the stream runs again. Raises Conflict.

    With `over_at` only those whose time is up then: not one that began meanwhile.
    """
    which = _which(reseller_id, stream, actor)
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, which)
        ending = {"sides": [side.value for side in sides], "over_at": over_at}
        cursor.execute(_RESUME, {**ending, **which})
        ended = cursor.fetchone()
        cursor.execute(_STANDING, which)
        standing = {row[0] for row in cursor.fetchall()}
    if ended is None:
        raise _not_ended(sides, standing)
    data = {"stream": stream, "reason": ended[0], "by": sides[0].value}
    _tell("stream.resumed", reseller_id, actor=actor, data=data, is_news=not standing)
    return not standing


def _side_of(actor: Actor) -> Side:
    """The caller's, who may order it; raises NotAllowed."""
    if actor.kind is ActorKind.SYSTEM:
        return Side.SIGNALS
    if actor.kind is ActorKind.OPERATOR:
        authorise(actor, WRITE)
        return Side.OPERATOR
    authorise(actor, OWN_WRITE)
    if actor.organisation is not None:
        raise NotAllowed("Streams are the whole reseller's.")
    return Side.RESELLER


def _not_ended(sides: Sequence[Side], standing: set[str]) -> Conflict:
    if not standing:
        return Conflict("This stream is not paused.")
    if Side.RESELLER in sides:
        return PausedByPlatform()
    return Conflict("The reseller paused this stream: only they resume it.")


def _which(reseller_id: UUID, stream: str, actor: Actor) -> dict[str, Any]:
    return {
        "reseller": reseller_id,
        "stream": stream,
        "by": f"{actor.kind}:{actor.id}",
        "now": clock.now(),
    }


def _tell(
    what: str, reseller_id: UUID, *, actor: Actor, data: dict[str, Any], is_news: bool
) -> None:
    """An order is always written down; a resumption that changes nothing yet is no event."""
    subject = subject_of(data["stream"])
    if is_news:
        outbox.publish(what, subject=subject, reseller_id=reseller_id, actor=actor, data=data)
    outbox.audit(what, subject=subject, reseller_id=reseller_id, actor=actor, data=data)


def subject_of(stream: str) -> str:
    """How events and the audit log name a stream."""
    return f"stream:{stream}"
