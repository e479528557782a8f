"""Pause the streams that annoy receivers, and end the pauses whose time is up."""

import logging
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from kernel import clock, outbox
from kernel.actor import SYSTEM
from kernel.errors import Conflict
from kernel.tenancy import in_reseller
from mailcore.delivery.statements import statement
from mailcore.delivery.streams import held, pauses
from mailcore.delivery.streams.pauses import Side

log = logging.getLogger(__name__)

_PAUSE_WORST = statement("pause_streams")
_OVER = """SELECT reseller_id, stream, side FROM public.stream_pause
           WHERE state = 'paused' AND until <= %(now)s"""
_RUNNING = """SELECT reseller_id, stream FROM public.stream_pause
              GROUP BY reseller_id, stream
              HAVING bool_and(state = 'resumed') AND bool_or(release_due)"""
_RELEASED = """UPDATE public.stream_pause SET release_due = false
               WHERE reseller_id = %(reseller)s AND stream = %(stream)s
                 AND state = 'resumed' AND release_due AND since <= %(before)s"""
#: So long after a pause somebody who still saw it may hold a message.
_LINGERING = timedelta(minutes=10)
#: Shares of seven days at which a stream is paused (delivery-plane §2.7); alarms come long before.
LINES: dict[str, float] = {"hard_bounces": 0.10, "complaints": 0.003}
#: Fewer say nothing about a share.
LEAST_ENDED, LEAST_COMPLAINTS = 200, 5


def judge_streams() -> int:
    """Pause what passes a line, end the pauses whose time is up; how many were paused.

    Runs as role worker, outside any reseller.
    """
    now = clock.now()
    values: dict[str, Any] = {
        "now": now,
        "by": f"{SYSTEM.kind}:{SYSTEM.id}",
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
                subject=pauses.subject_of(stream),
                reseller_id=reseller_id,
                data={"stream": stream, "reason": reason, "by": Side.SIGNALS.value},
            )
    _end_pauses(now)
    release_resumed(now)
    return len(paused)


def release_resumed(now: datetime) -> None:
    """Let go what is still held of streams that run again, until nothing more can be.

    Of one that its reseller resumed that is all; of others what a claim held in the same moment.
    However late this comes: a resumed pause stays due until nothing was found.
    """
    with connection.cursor() as cursor:
        cursor.execute(_RUNNING, {"now": now})
        running = cursor.fetchall()
    for reseller_id, stream in running:
        with in_reseller(reseller_id):
            if held.release(SYSTEM, reseller_id, stream) == 0:
                _released(reseller_id, stream, before=now - _LINGERING)


def _released(reseller_id: UUID, stream: str, *, before: datetime) -> None:
    which: dict[str, Any] = {"reseller": reseller_id, "stream": stream, "before": before}
    with connection.cursor() as cursor:
        cursor.execute(_RELEASED, which)


def _end_pauses(now: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_OVER, {"now": now})
        over = cursor.fetchall()
    for reseller_id, stream, side in over:
        with in_reseller(reseller_id):
            _end(reseller_id, stream, Side(side), now)


def _end(reseller_id: UUID, stream: str, side: Side, now: datetime) -> None:
    which: dict[str, Any] = {"reseller_id": reseller_id, "stream": stream, "sides": [side]}
    try:
        pauses.end_pause(actor=SYSTEM, **which, over_at=now)
    except Conflict:  # somebody resumed it meanwhile, or paused it anew
        log.info("stream %s of %s: the pause that was over stands no more", stream, reseller_id)
