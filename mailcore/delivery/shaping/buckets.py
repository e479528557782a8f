"""Token buckets that all workers share, in Redis; a share of this process alone without it.

Who lost Redis alone adds to what the others take out of the shared buckets. So it says so in the
database, the others leave its share in the shared buckets, and until they know it takes little.
"""

import asyncio
import json
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeout

from mailcore.delivery.shaping.gcra import Limit, LocalBuckets, Refusal

log = logging.getLogger(__name__)

_SCRIPT = Path(__file__).with_name("reserve.lua").read_text(encoding="utf-8")
#: Seconds that an errand waits for Redis at most, and until a Redis that failed is asked again.
PATIENCE, AGAIN = 0.1, 1.0
#: Slow answers in a row that make it away: one may be the fault of a busy loop of our own.
SLOW = 3
#: Errands in one call.
MOST_ERRANDS = 100
#: Half of a share: workers that count wrongly stay below the limit.
CAUTION = 2.0
#: A fifth of a share while others may not know yet that we take it beside the shared buckets: all
#: that are in this state add no more than a fifth to a limit.
UNHEARD = 5.0
#: Seconds after which every other worker has read what we said (it looks every three).
HEARD = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    limits: Sequence[Limit]
    cost: int
    answer: asyncio.Future[Refusal | None]


def connect(url: str) -> "Redis":
    """A client that gives up soon and never tries twice by itself."""
    return Redis.from_url(
        url,
        socket_timeout=PATIENCE,
        socket_connect_timeout=PATIENCE,
        retry=Retry(NoBackoff(), 0),
        health_check_interval=0,
    )


class Buckets:
    """Reserves tokens; whoever asks while Redis is being asked shares the next call.

    `workers` says how many processes share a limit, `lost_elsewhere` how many others are known to
    be without Redis. Without it each takes half of its share of every rate, out of buckets that
    begin empty: less than the limit, never nothing. `changed` is told when Redis goes or comes.
    """

    def __init__(
        self,
        redis: "Redis",
        *,
        workers: Callable[[], int],
        lost_elsewhere: Callable[[], int] = lambda: 0,
        changed: Callable[[], None] = lambda: None,
        prefix: str = "shaping:",
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._redis = redis
        self._reserve = redis.register_script(_SCRIPT)
        self._workers = workers
        self._lost_elsewhere = lost_elsewhere
        self._changed = changed
        self._prefix = prefix
        self._monotonic = monotonic
        self._asked: list[_Asked] = []
        self._asking: asyncio.Task[None] | None = None
        self._local: LocalBuckets | None = None
        self._ask_at = 0.0
        self._slow = 0
        self._said_at: float | None = None

    @property
    def is_shared(self) -> bool:
        """Whether the last answer came from Redis."""
        return self._local is None

    @property
    def is_away(self) -> bool:
        """Whether Redis is given up for now; one slow answer is no reason."""
        return self._ask_at > 0

    def said(self, *, is_away: bool) -> None:
        """The other workers can read now whether we are without Redis."""
        if not is_away:
            self._said_at = None
        elif self._said_at is None:
            self._said_at = self._monotonic()

    async def reserve(self, limits: Sequence[Limit], *, cost: int) -> Refusal | None:
        """Take `cost` tokens under every limit, or none of them."""
        if not limits:
            return None
        if self._monotonic() < self._ask_at:
            return self._alone(limits, cost)
        answer: asyncio.Future[Refusal | None] = asyncio.get_running_loop().create_future()
        self._asked.append(_Asked(limits=limits, cost=cost, answer=answer))
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask())
        return await answer

    async def close(self) -> None:
        """Leave Redis."""
        await self._redis.aclose()

    async def _ask(self) -> None:
        while self._asked:
            batch, self._asked = self._asked[:MOST_ERRANDS], self._asked[MOST_ERRANDS:]
            try:
                answers = await self._of_redis(batch)
            except (RedisError, OSError) as error:
                self._missed(error)
                answers = [self._alone(asked.limits, asked.cost) for asked in batch]
            except Exception:
                # Nobody may wait for an answer that never comes.
                log.exception("limits are kept by this worker's share")
                answers = [self._alone(asked.limits, asked.cost) for asked in batch]
            else:
                self._answered()
            for asked, answer in zip(batch, answers, strict=True):
                if not asked.answer.done():
                    asked.answer.set_result(answer)

    async def _of_redis(self, batch: Sequence[_Asked]) -> list[Refusal | None]:
        keys = {f"{self._prefix}born": 1}
        errands: list[list[int]] = []
        for asked in batch:
            errand = [asked.cost]
            for limit in self._left_by_others(asked.limits):
                place = keys.setdefault(f"{self._prefix}{limit.key}", len(keys) + 1)
                errand += (place, limit.interval, limit.burst)
            errands.append(errand)
        found: list[int] = await self._reserve(keys=list(keys), args=[json.dumps(errands)])
        names = list(keys)
        return [
            Refusal(seconds=wait / 1_000_000, key=names[by - 1].removeprefix(self._prefix))
            if wait
            else None
            for wait, by in zip(found[::2], found[1::2], strict=True)
        ]

    def _missed(self, error: Exception) -> None:
        now = self._monotonic()
        self._slow = self._slow + 1 if isinstance(error, RedisTimeout) else SLOW
        if self._local is None:
            self._local = LocalBuckets(born=now)
        if self._slow >= SLOW:
            was_away, self._ask_at = self.is_away, now + AGAIN
            if not was_away:
                log.warning("limits are kept without Redis, by this worker's share: %s", error)
                self._changed()

    def _answered(self) -> None:
        was_away = self.is_away
        self._local, self._ask_at, self._slow, self._said_at = None, 0.0, 0, None
        if was_away:
            log.info("Redis is back: limits are shared again")
            self._changed()

    def _left_by_others(self, limits: Sequence[Limit]) -> Sequence[Limit]:
        """What the shared buckets may give beside the shares of those that are without Redis."""
        lost = self._lost_elsewhere()
        if not lost:
            return limits
        share = 1 - min(lost / max(self._workers(), 1), 1) / CAUTION
        return [
            Limit(key=limit.key, rate=limit.rate * share, least=limit.least) for limit in limits
        ]

    def _alone(self, limits: Sequence[Limit], cost: int) -> Refusal | None:
        now = self._monotonic()
        if self._local is None:
            self._local = LocalBuckets(born=now)
        share = self._caution(now) * max(self._workers(), 1)
        return self._local.reserve(
            [
                Limit(
                    key=limit.key,
                    rate=limit.rate / share,
                    least=max(int(limit.least / share), 1),
                )
                for limit in limits
            ],
            cost=cost,
            now=now,
        )

    def _caution(self, now: float) -> float:
        """Which part of a share is ours: more when nobody can take it twice."""
        if self._lost_elsewhere() + 1 >= self._workers():
            return CAUTION
        has_been_heard = self._said_at is not None and now - self._said_at >= HEARD
        return CAUTION if has_been_heard else UNHEARD
