"""The last replies of a server to one source, and what they call for; and how much was sent."""

import math
from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from mailcore.delivery.shaping.signals import BAD, Signal

#: The last of these replies weigh about as much as all before them.
WINDOW = 50
#: Share of bad replies in the window that slows us down, that stops us; and the fewest replies.
SLOWS, STOPS = 0.3, 0.8
FEWEST_TO_SLOW, FEWEST_TO_STOP = 10, 20
#: Bad replies in a row, unanswered calls in a row, and blocks in an hour that stop us.
ROW, UNANSWERED, BLOCKS = 20, 5, 3
HOUR, MINUTE = 3600.0, 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """What the replies call for; `away`: stop because nobody answers."""

    action: Literal["slow", "stop", "fewer", "away"]
    cause: str


class Tally:
    """Counts signals; `scale` shortens the hour of the blocks, for tests."""

    def __init__(self, *, scale: float = 1.0) -> None:
        self.bad_share = 0.0
        self._hour = timedelta(seconds=HOUR * scale)
        self._heard, self._row, self._unanswered = 0, 0, 0
        self._blocks: deque[datetime] = deque(maxlen=BLOCKS)

    def judge(self, signal: Signal, *, now: datetime) -> Trigger | None:
        """Count a signal; what it calls for."""
        if signal == "neutral":
            self._unanswered = 0
            return None
        self._count(signal, now)
        if signal == "clean":
            return None
        if signal == "unreachable":
            is_away = self._unanswered >= UNANSWERED
            return Trigger(action="away" if is_away else "fewer", cause="nobody answers")
        if signal == "crowded":
            return Trigger(action="fewer", cause="too many connections")
        if cause := self._stops(now):
            return Trigger(action="stop", cause=cause)
        if signal == "too-fast":
            return Trigger(action="slow", cause="too fast")
        if self._heard >= FEWEST_TO_SLOW and self.bad_share >= SLOWS:
            return Trigger(action="slow", cause=f"{self.bad_share:.0%} of the replies are bad")
        return None

    def forget(self, *, bad_share: float = 0.0) -> None:
        """The replies so far count no more: they led to something."""
        self.bad_share = bad_share
        self._heard, self._row, self._unanswered = 0, 0, 0
        self._blocks.clear()

    def _count(self, signal: Signal, now: datetime) -> None:
        is_bad = signal in BAD
        self._heard += 1
        self.bad_share += (is_bad - self.bad_share) * 2 / (WINDOW + 1)
        self._row = self._row + 1 if is_bad else 0
        self._unanswered = self._unanswered + 1 if signal == "unreachable" else 0
        if signal == "blocked":
            self._blocks.append(now)

    def _stops(self, now: datetime) -> str:
        if len(self._blocks) == BLOCKS and now - self._blocks[0] <= self._hour:
            return f"blocked {BLOCKS} times"
        if self._row >= ROW:
            return f"{self._row} bad replies in a row"
        if self._heard >= FEWEST_TO_STOP and self.bad_share >= STOPS:
            return f"{self.bad_share:.0%} of the replies are bad"
        return ""


class Meter:
    """How many recipients a second went out of late: about the last minute."""

    def __init__(self, *, now: datetime, scale: float = 1.0) -> None:
        self._minute = MINUTE * scale
        self._sent, self._at, self._began_at = 0.0, now, now

    def count(self, recipients: int, *, now: datetime) -> None:
        """So many went out."""
        left = self._left(now)
        if left < 0.01:
            self._began_at = now
        self._sent, self._at = left + recipients, now

    def rate(self, now: datetime) -> float:
        """Recipients per second; a meter that just began is not taken for a slow one."""
        age = max((now - self._began_at).total_seconds(), 1.0)
        return self._left(now) / (self._minute * -math.expm1(-age / self._minute))

    def _left(self, now: datetime) -> float:
        idle = max((now - self._at).total_seconds(), 0.0)
        return self._sent * math.exp(-idle / self._minute)
