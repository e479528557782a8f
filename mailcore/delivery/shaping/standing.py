"""How a source stands with a provider, or with one site: its own pace, lost and won by replies.

Connections and rate follow what the server says: more with each clean delivery, less when it
complains, nothing for a while when it has had enough; then one message asks whether that is over,
and the pace is won back from the bottom. All instants are given, so that a test lives through
days at once.
"""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from mailcore.delivery.ports import Wait
from mailcore.delivery.shaping.rules import Limits
from mailcore.delivery.shaping.signals import BAD, Signal
from mailcore.delivery.shaping.tally import HOUR, MINUTE, Meter, Tally, Trigger

#: Seconds of the first, second, … suspension in a row.
LADDER = tuple(m * MINUTE for m in (15, 30, 60, 120, 240))
#: The same where nobody answers at all: it costs no reputation to look again.
UNREACHABLE_LADDER = tuple(m * MINUTE for m in (1, 2, 4, 8, 15, 30))
#: A suspension so long (seconds) after the last one begins a new row.
FORGIVEN = 24 * HOUR
#: Seconds between two cuts: replies to what was under way tell nothing new.
PAUSE = 10.0
CUT_RATE, CUT_CONNECTIONS, CUT_UNREACHABLE = 0.5, 0.7, 0.5
#: Growth of the rate for each clean minute in which it was too small; faster at first.
GROWTH, EARLY_GROWTH = 1.05, 2.0
#: Of the pace before a suspension: where it begins again, and where early growth ends.
BEGIN, EARLY_UNTIL = 1 / 16, 1 / 2
#: No pace is cut below one a minute; early growth goes on at least up to 30 a minute.
SLOWEST, EARLY_AT_LEAST = 1 / 60, 1 / 2
CROWDED_FOR = HOUR
#: A slower pace is remembered for so long (seconds) after its last change.
REMEMBERED = 24 * HOUR
#: Others are told of a rate that grew by this much.
WORTH_TELLING = 1.25
#: Seconds until another probe goes when the first one is not heard of, and between questions.
PROBE_PATIENCE, PROBE_ASK = 120.0, 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A value of a standing that others must know; one whose `until` has come is over."""

    kind: Literal["suspend", "rate", "connections"]
    cause: str
    until: datetime
    value: float | None = None
    level: int = 0


class Standing:
    """The pace of one source at one target; `scale` shortens every time span, for tests."""

    def __init__(self, limits: Limits, *, now: datetime, scale: float = 1.0) -> None:
        self.limits = limits
        self.tally = Tally(scale=scale)
        self.connections = float(min(limits.initial_connections, limits.connections))
        self.rate = limits.message_rate
        self.suspended_until: datetime | None = None
        self._scale = scale
        self._meter = Meter(now=now, scale=scale)
        self._level, self._ladder = 0, LADDER
        self._last_until: datetime | None = None
        self._probe_left_at: datetime | None = None
        self._cap, self._cap_until = math.inf, now
        self._early_connections, self._early_rate = 0.0, 0.0
        self._cut_at: datetime | None = None
        self._was_short, self._was_clean, self._grown_at = False, True, now
        self._told_rate = self.rate

    # -- Before sending ---------------------------------------------------------------------------

    def wait(self, now: datetime) -> Wait | None:
        """Why not to send now; None is a leave: after a suspension, that of its probe."""
        if self.suspended_until is None:
            return None
        if now < self.suspended_until:
            left = (self.suspended_until - now).total_seconds()
            return Wait(seconds=left, reason="suspended: the server has had enough of us")
        if self._probe_left_at and now - self._probe_left_at < self._span(PROBE_PATIENCE):
            return Wait(seconds=PROBE_ASK * self._scale, reason="suspended: one message asks again")
        self._probe_left_at = now
        return None

    def is_closed(self, now: datetime) -> bool:
        """Whether `wait` would say no; without taking the leave of a probe."""
        if self.suspended_until is None:
            return False
        asked_at = self._probe_left_at
        is_asking = asked_at is not None and now - asked_at < self._span(PROBE_PATIENCE)
        return now < self.suspended_until or is_asking

    def stayed(self, *, was_short: bool) -> None:
        """The leave was not used; `was_short`: because this very rate allows no more."""
        self._was_short = self._was_short or was_short
        self._probe_left_at = None

    def left(self, recipients: int, *, now: datetime) -> None:
        """So many are on their way."""
        self._meter.count(recipients, now=now)

    def most_connections(self, now: datetime) -> int:
        """How many connections may be open."""
        if self.suspended_until is not None:
            return 1
        cap = self._cap if now < self._cap_until else math.inf
        return max(int(min(self.connections, cap)), 1)

    # -- After an answer --------------------------------------------------------------------------

    def act(self, trigger: Trigger, *, signal: Signal, now: datetime) -> list[Change]:
        """Do what the tally calls for."""
        self._was_clean = False
        if trigger.action == "stop":
            return self.suspend(trigger.cause, now=now)
        if trigger.action == "away":
            return self.suspend(trigger.cause, now=now, ladder=UNREACHABLE_LADDER)
        if signal == "crowded":
            return self._crowded(trigger.cause, now)
        if signal == "unreachable":
            self.connections = max(self.connections * CUT_UNREACHABLE, 1.0)
            return []
        return self._slow(trigger.cause, now)

    def grow(self, now: datetime) -> list[Change]:
        """After a clean delivery: one more connection a round, and in time a higher rate."""
        step = 1.0 if self.connections < self._early_connections else 1 / self.connections
        self.connections = min(self.connections + step, float(self.limits.connections))
        if now - self._grown_at < self._span(MINUTE):
            return []
        if self._was_clean and self._was_short:
            factor = EARLY_GROWTH if self.rate < self._early_rate else GROWTH
            self.rate = min(self.rate * factor, self.limits.message_rate)
        self._was_short, self._was_clean, self._grown_at = False, True, now
        is_whole = self.rate >= self.limits.message_rate > self._told_rate
        if is_whole or self.rate > WORTH_TELLING * self._told_rate:
            return [self._tell_rate("recovers", now)]
        return []

    def suspend(
        self,
        cause: str,
        *,
        now: datetime,
        seconds: float | None = None,
        ladder: tuple[float, ...] = LADDER,
    ) -> list[Change]:
        """Send nothing for a while; `seconds` is the first step where a rule names one."""
        self._level = self._next_level(ladder, now)
        span = ladder[self._level]
        if seconds is not None:
            span = max(seconds, min(seconds * 2**self._level, LADDER[-1]))
        changes = self._begin_anew(ladder, now)
        self._ladder, self._probe_left_at = ladder, None
        self.suspended_until = self._last_until = now + self._span(span)
        self.tally.forget()
        suspension = Change(
            kind="suspend", cause=cause, until=self.suspended_until, level=self._level
        )
        return [suspension, *changes]

    def probed(self, signal: Signal, *, now: datetime) -> list[Change]:
        """An answer while suspended: to the probe, or to what was under way before."""
        if self.suspended_until is None or now < self.suspended_until:
            return []
        if signal == "neutral":
            self._probe_left_at = None
            return []
        if signal in BAD:
            ladder = UNREACHABLE_LADDER if signal == "unreachable" else self._ladder
            return self.suspend("the probe was refused too", now=now, ladder=ladder)
        self.suspended_until, self._grown_at = None, now
        self.tally.forget()
        return [Change(kind="suspend", cause="the probe was taken", until=now, level=self._level)]

    # -- What others found out --------------------------------------------------------------------

    def adopt(self, change: Change, *, now: datetime) -> None:
        """Take over what another worker, or this one before its restart, had learnt."""
        is_over = change.until <= now
        if change.kind == "rate":
            known = change.value if change.value and not is_over else self.limits.message_rate
            self.rate = self._told_rate = min(known, self.limits.message_rate)
        elif change.kind == "connections":
            self._cap, self._cap_until = change.value or math.inf, change.until
        else:
            self._level, self._last_until = change.level, change.until
            self.suspended_until = None if is_over else change.until
            self._probe_left_at = None

    def retune(self, limits: Limits) -> None:
        """Other limits hold from now on."""
        was_whole = self.rate >= self.limits.message_rate
        self.rate = limits.message_rate if was_whole else min(self.rate, limits.message_rate)
        self._told_rate = self.rate
        self.connections = min(self.connections, float(limits.connections))
        self.limits = limits

    def _begin_anew(self, ladder: tuple[float, ...], now: datetime) -> list[Change]:
        """The pace after the suspension that begins now."""
        changes = []
        if self.suspended_until is None:
            self._early_connections = self.connections * EARLY_UNTIL
            if ladder is not UNREACHABLE_LADDER:
                pace = min(self.rate, self._meter.rate(now))
                self._early_rate = max(pace * EARLY_UNTIL, EARLY_AT_LEAST / self._scale)
                self.rate = min(max(pace * BEGIN, SLOWEST / self._scale), self.limits.message_rate)
                changes.append(self._tell_rate("slow start after a suspension", now))
        self.connections = 1.0
        return changes

    def _crowded(self, cause: str, now: datetime) -> list[Change]:
        self.connections = float(max(self.most_connections(now) - 1, 1))
        self._cap, self._cap_until = self.connections, now + self._span(CROWDED_FOR)
        return [
            Change(kind="connections", cause=cause, until=self._cap_until, value=self.connections)
        ]

    def _slow(self, cause: str, now: datetime) -> list[Change]:
        if self._cut_at and now - self._cut_at < self._span(PAUSE):
            return []
        self._cut_at = now
        pace = min(self.rate, self._meter.rate(now)) * CUT_RATE
        self.rate = min(max(pace, SLOWEST / self._scale), self.limits.message_rate)
        self.connections = max(self.connections * CUT_CONNECTIONS, 1.0)
        self._early_rate = self._early_connections = 0.0
        return [self._tell_rate(cause, now)]

    def _tell_rate(self, cause: str, now: datetime) -> Change:
        self._told_rate = self.rate
        is_whole = self.rate >= self.limits.message_rate
        until = now if is_whole else now + self._span(REMEMBERED)
        return Change(kind="rate", cause=cause, until=until, value=self.rate)

    def _next_level(self, ladder: tuple[float, ...], now: datetime) -> int:
        is_new = (
            self._last_until is None
            or ladder is not self._ladder
            or now - self._last_until > self._span(FORGIVEN)
        )
        return 0 if is_new else min(self._level + 1, len(ladder) - 1)

    def _span(self, seconds: float) -> timedelta:
        return timedelta(seconds=seconds * self._scale)
