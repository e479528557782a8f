"""Alarms: a reseller's stream passes a warn line (delivery-plane §2.7), and keeps it again.

An alarm opens once, whatever comes after, and closes when its line was kept for a while.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from kernel import clock, outbox
from kernel.actor import Actor, authorise
from mailcore.delivery.statements import statement

_RAISE, _CLOSE, _LIST = (
    statement("raise_alarms"),
    statement("close_alarms"),
    statement("list_alarms"),
)
#: Shares from which on somebody should look; pauses come later (streams).
LINES: dict[str, float] = {"hard_bounces": 0.02, "complaints": 0.001, "deferrals": 0.1}
#: Fewer say nothing about a share.
LEAST_ENDED, LEAST_TRIED = 200, 50
#: A share that swings about its line is one alarm.
QUIET = timedelta(minutes=30)
KEPT, SHOWN = timedelta(days=90), timedelta(days=7)
MOST = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """`quantity` of `of` recipients at `provider` (deferrals) or anywhere (empty)."""

    reseller: str
    reseller_id: UUID
    signal: str
    stream: str
    provider: str
    quantity: int
    of: int
    opened_at: datetime
    seen_at: datetime
    recovered_at: datetime | None


def raise_alarms() -> int:
    """Publish `delivery.alarm` for what passes a line anew, `delivery.recovered`; how many opened."""
    now = clock.now()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM public.delivery_alarm WHERE recovered_at < %s", [now - KEPT])
        cursor.execute(
            _RAISE, {"now": now, "least_ended": LEAST_ENDED, "least_tried": LEAST_TRIED, **LINES}
        )
        opened = [row for row in cursor.fetchall() if row[-1]]
        cursor.execute(_CLOSE, {"now": now, "quiet_since": now - QUIET})
        closed = cursor.fetchall()
        for row in opened:
            _tell("delivery.alarm", row)
        for row in closed:
            _tell("delivery.recovered", row)
    return len(opened)


def list_alarms(*, actor: Actor) -> list[Alarm]:
    """Open ones first, then those that recovered in the last week; raises NotAllowed."""
    authorise(actor, "queue.read")
    with connection.cursor() as cursor:
        cursor.execute(_LIST, {"since": clock.now() - SHOWN, "limit": MOST})
        names = [column.name for column in cursor.description]
        return [Alarm(**dict(zip(names, row, strict=True))) for row in cursor.fetchall()]


def _tell(what: str, row: Sequence[Any]) -> None:
    reseller_id, signal, stream, provider, quantity, of, opened_at = row[:7]
    outbox.publish(
        what,
        subject=f"stream:{stream}",
        reseller_id=reseller_id,
        data={
            "signal": signal,
            "stream": stream,
            "provider": provider,
            "quantity": int(quantity),
            "of": int(of),
            "line": LINES[signal],
            "since": opened_at.isoformat(),
        },
    )
