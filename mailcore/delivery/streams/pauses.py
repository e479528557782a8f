"""Streams that stand still: paused by what receivers say of them or by the operator, and resumed.

Nothing is lost by a pause: acceptance and the engine hold what belongs to the stream.
"""

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from kernel import clock, outbox
from kernel.actor import SYSTEM, Actor, authorise
from kernel.errors import Conflict, InvalidInput, NotFound
from kernel.tenancy import in_reseller
from mailcore.delivery.operating.selection import Selection
from mailcore.delivery.operating.services import entries
from mailcore.delivery.statements import statement

log = logging.getLogger(__name__)

_PAUSE, _PAUSE_WORST = statement("pause_stream"), statement("pause_streams")
_RESUME, _LIST = statement("resume_stream"), statement("list_streams")
_ENDED = """SELECT reseller_id, stream, state FROM public.stream_pause
            WHERE state = 'paused' AND until <= %(now)s
               OR state = 'resumed' AND since > %(now)s - interval '10 minutes'"""
READ, WRITE = "queue.read", "queue.write"
#: Shares of seven days at which a stream is paused (delivery-plane §2.7); alarms come long before.
LINES: dict[str, float] = {"hard_bounces": 0.10, "complaints": 0.003}
#: Fewer say nothing about a share.
LEAST_ENDED, LEAST_COMPLAINTS = 200, 5
#: How acceptance and the engine begin the reason of what they hold for a pause.
HELD = "stream paused: "
MOST_REASON = 200


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
    """Hold a stream until an instant or an order; raises NotAllowed, InvalidInput, Conflict."""
    authorise(actor, WRITE)
    clean = " ".join(reason.split())
    if not clean or len(clean) > MOST_REASON:
        raise InvalidInput(f"A reason has 1 to {MOST_REASON} characters.", field="reason")
    if until is not None and until <= clock.now():
        raise InvalidInput("The end of a pause lies in the future.", field="until")
    values = {"reason": clean, "until": until, **_which(reseller_id, stream, actor)}
    with connection.cursor() as cursor:
        cursor.execute(_PAUSE, values)
        if cursor.fetchone() is None:
            raise Conflict("This stream is paused already.")
    _tell("stream.paused", reseller_id, stream=stream, reason=clean, actor=actor)


def resume_stream(*, actor: Actor, reseller_id: UUID, stream: str) -> int:
    """Let a stream run again and release what was held; how many recipients.

    The days before are forgiven. Raises NotAllowed, Conflict (not paused).
    """
    authorise(actor, WRITE)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_RESUME, _which(reseller_id, stream, actor))
            row = cursor.fetchone()
        if row is None:
            raise Conflict("This stream is not paused.")
        _tell("stream.resumed", reseller_id, stream=stream, reason=row[0], actor=actor)
    # After the commit, so that nobody holds more; what was just being held, `judge_streams` finds.
    return _release(actor, reseller_id, stream)


def judge_streams() -> int:
    """Pause what passes a line, end the pauses whose time is up; how many were paused.

    Runs as role worker, outside any reseller.
    """
    now = clock.now()
    values: dict[str, Any] = {
        "now": now,
        "by": _name(SYSTEM),
        "least_ended": LEAST_ENDED,
        "least_complaints": LEAST_COMPLAINTS,
        **LINES,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_PAUSE_WORST, values)
        paused = cursor.fetchall()
        for reseller_id, stream, reason in paused:
            log.warning("stream %s of %s is paused: %s", stream, reseller_id, reason)
            outbox.publish(
                "stream.paused",
                subject=_subject(stream),
                reseller_id=reseller_id,
                data={"stream": stream, "reason": reason},
            )
    _end_pauses(now)
    return len(paused)


def _end_pauses(now: datetime) -> None:
    """Also releases what a claim held for a pause that ended in the same moment."""
    with connection.cursor() as cursor:
        cursor.execute(_ENDED, {"now": now})
        ended = cursor.fetchall()
    for reseller_id, stream, state in ended:
        with in_reseller(reseller_id):
            if state == "paused":
                resume_stream(actor=SYSTEM, reseller_id=reseller_id, stream=stream)
            else:
                _release(SYSTEM, reseller_id, stream)


def _release(actor: Actor, reseller_id: UUID, stream: str) -> int:
    selection = Selection(reseller=reseller_id, stream=stream, held=HELD)
    try:
        return entries.release(actor=actor, selection=selection).changed
    except NotFound:  # nothing was held
        return 0


def _which(reseller_id: UUID, stream: str, actor: Actor) -> dict[str, Any]:
    return {
        "reseller": reseller_id,
        "stream": stream,
        "by": _name(actor),
        "now": clock.now(),
    }


def _tell(what: str, reseller_id: UUID, *, stream: str, reason: str, actor: Actor) -> None:
    data: dict[str, object] = {"stream": stream, "reason": reason}
    subject = _subject(stream)
    outbox.publish(what, subject=subject, reseller_id=reseller_id, actor=actor, data=data)
    outbox.audit(what, subject=subject, reseller_id=reseller_id, actor=actor, data=data)


def _subject(stream: str) -> str:
    return f"stream:{stream}"


def _name(actor: Actor) -> str:
    return f"{actor.kind}:{actor.id}"
