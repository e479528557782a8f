"""Token buckets that all workers share, in Redis; a share of this process alone without it."""

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
#: Half of a share: workers that count wrongly, and one that still has Redis, stay below the limit.
CAUTION = 2.0


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

    `workers` says how many processes share a limit. Without Redis each takes half of its share of
    every rate, out of buckets that begin empty: less than the limit, never nothing.
    """

    def __init__(
        self,
        redis: "Redis",
        *,
        workers: Callable[[], int],
        prefix: str = "shaping:",
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._redis = redis
        self._reserve = redis.register_script(_SCRIPT)
        self._workers = workers
        self._prefix = prefix
        self._monotonic = monotonic
        self._asked: list[_Asked] = []
        self._asking: asyncio.Task[None] | None = None
        self._local: LocalBuckets | None = None
        self._ask_at = 0.0
        self._slow = 0

    @property
    def is_shared(self) -> bool:
        """Whether the last answer came from Redis."""
        return self._local is None

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
            for limit in asked.limits:
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
            if not self._ask_at:
                log.warning("limits are kept without Redis, by this worker's share: %s", error)
            self._ask_at = now + AGAIN

    def _answered(self) -> None:
        if self._ask_at:
            log.info("Redis is back: limits are shared again")
        self._local, self._ask_at, self._slow = None, 0.0, 0

    def _alone(self, limits: Sequence[Limit], cost: int) -> Refusal | None:
        now = self._monotonic()
        if self._local is None:
            self._local = LocalBuckets(born=now)
        share = CAUTION * max(self._workers(), 1)
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
