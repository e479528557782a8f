"""Token buckets without a timer (the generic cell rate algorithm), for this process alone.

A bucket is one instant: when it will be full again. The same arithmetic runs in reserve.lua.
"""

from collections.abc import Sequence
from dataclasses import dataclass

#: A bucket holds what its rate gives in this time (seconds): so a limit is never passed by more
#: than a fifth, even in a single second.
BURST = 0.2
#: No errand costs more (RFC 5321 §4.5.3.1.10); no bucket is in debt for longer.
MOST = 100
#: Buckets that are kept until the full ones are thrown away.
MANY = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A bucket: its key, tokens per second, and how many it holds at least."""

    key: str
    rate: float
    least: int = 1

    @property
    def interval(self) -> int:
        """Microseconds for one token."""
        return max(round(1_000_000 / self.rate), 1)

    @property
    def burst(self) -> int:
        """Tokens that it holds when full."""
        return max(int(self.rate * BURST), self.least)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Nothing was taken: seconds until it is worth asking again, and whose limit said so."""

    seconds: float
    key: str


class LocalBuckets:
    """Buckets of one process; each begins empty at `born` (seconds of a monotonic clock)."""

    def __init__(self, *, born: float) -> None:
        self._born = round(born * 1_000_000)
        self._full_at: dict[str, int] = {}

    def reserve(self, limits: Sequence[Limit], *, cost: int, now: float) -> Refusal | None:
        """Take `cost` tokens from every bucket, or none; one token is enough to go into debt.

        Without debt a message to a hundred people would wait for ever behind single ones.
        """
        instant = round(now * 1_000_000)
        refusal: Refusal | None = None
        full_at = [self._at(limit, instant) for limit in limits]
        for limit, at in zip(limits, full_at, strict=True):
            wait = (at - instant - (limit.burst - 1) * limit.interval) / 1_000_000
            if wait > 0 and (refusal is None or wait > refusal.seconds):
                refusal = Refusal(seconds=wait, key=limit.key)
        if refusal is None:
            for limit, at in zip(limits, full_at, strict=True):
                self._full_at[limit.key] = at + cost * limit.interval
            self._forget(instant)
        return refusal

    def _at(self, limit: Limit, instant: int) -> int:
        empty_at_birth = self._born + limit.burst * limit.interval
        at = max(self._full_at.get(limit.key, empty_at_birth), instant)
        # A rate that rose owes only by its new measure.
        return min(at, instant + (limit.burst + MOST) * limit.interval)

    def _forget(self, instant: int) -> None:
        if len(self._full_at) > MANY:
            self._full_at = {key: at for key, at in self._full_at.items() if at > instant}
