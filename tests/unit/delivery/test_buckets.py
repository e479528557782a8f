"""Without Redis: a share of every limit, never more than a fifth too much, never nothing."""

import asyncio
import json
from collections.abc import Sequence

import pytest
from redis.exceptions import ConnectionError as RedisAway
from redis.exceptions import TimeoutError as RedisSlow

from mailcore.delivery.shaping.buckets import Buckets
from mailcore.delivery.shaping.gcra import Limit, LocalBuckets

LIMIT, SLOWER = Limit(key="pace", rate=100), Limit(key="pace", rate=25)


class Clock:
    """Seconds, as the test says."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Redis:
    """One Redis for several workers: buckets of its own, or an error."""

    def __init__(self, clock: Clock, buckets: LocalBuckets | None = None) -> None:
        self.clock, self.error, self.calls = clock, None, 0
        self.buckets = buckets or LocalBuckets(born=clock.now)

    def register_script(self, _text: str):
        async def reserve(keys: Sequence[str], args: Sequence[str]) -> list[int]:
            self.calls += 1
            if self.error:
                raise self.error
            answers = []
            for cost, _place, interval, _burst in json.loads(args[0]):
                limit = Limit(key="pace", rate=1e6 / interval)
                refusal = self.buckets.reserve([limit], cost=cost, now=self.clock.now)
                answers += [round(refusal.seconds * 1e6), 2] if refusal else [0, 0]
            return answers

        return reserve


@pytest.fixture
def clock() -> Clock:
    return Clock()


async def sent(
    workers: Sequence[Buckets], clock: Clock, *, seconds: float, limit: Limit = LIMIT
) -> int:
    taken, steps = 0, 2.5 * limit.rate
    for _ in range(round(seconds * steps)):
        clock.now += 1 / steps
        for worker in workers:
            taken += await worker.reserve([limit], cost=1) is None
    return taken


@pytest.mark.parametrize("workers", [1, 3])
def test_redis_away_is_neither_a_flood_nor_a_stop(clock, workers):
    async def main() -> None:
        redis = Redis(clock)
        fleet = [Buckets(redis, workers=lambda: workers, monotonic=clock) for _ in range(workers)]
        assert await sent(fleet, clock, seconds=5) == pytest.approx(500, rel=0.05)
        redis.error = RedisAway("gone")
        for _ in range(5):
            # In every second, also the one in which it went.
            assert 10 <= await sent(fleet, clock, seconds=1) <= 120
        assert not fleet[0].is_shared
        redis.error = None
        for _ in range(3):
            assert 10 <= await sent(fleet, clock, seconds=1) <= 120
        assert fleet[0].is_shared
        assert await sent(fleet, clock, seconds=5) == pytest.approx(500, rel=0.05)

    asyncio.run(main())


class Fleet:
    """Workers that hear of each other through a database, some seconds later."""

    def __init__(self, clock: Clock, *, count: int, heard_after: float) -> None:
        shared = LocalBuckets(born=clock.now)
        self._clock, self._count, self._heard_after = clock, count, heard_after
        self.doors = [Redis(clock, shared) for _ in range(count)]
        self._since: dict[int, float] = {}
        self.workers = [self._worker(number) for number in range(count)]

    def _worker(self, number: int) -> Buckets:
        return Buckets(
            self.doors[number],
            workers=lambda: self._count,
            lost_elsewhere=lambda: sum(
                other != number and at + self._heard_after <= self._clock.now
                for other, at in self._since.items()
            ),
            changed=lambda: self._say(number),
            monotonic=self._clock,
        )

    def _say(self, number: int) -> None:
        worker = self.workers[number]
        worker.said(is_away=worker.is_away)
        if worker.is_away:
            self._since[number] = self._clock.now
        else:
            del self._since[number]


@pytest.mark.parametrize(("count", "lost"), [(2, 1), (6, 1), (6, 5)])
def test_workers_that_lost_redis_alone_push_nobody_over_a_limit(clock, count, lost):
    async def main() -> None:
        fleet = Fleet(clock, count=count, heard_after=4.0)

        async def in_a_second() -> int:
            return await sent(fleet.workers, clock, seconds=1, limit=SLOWER)

        assert max([await in_a_second() for _ in range(3)]) <= 30
        for door in fleet.doors[:lost]:
            door.error = RedisAway("no way to it")
        seconds = [await in_a_second() for _ in range(15)]
        assert 10 <= min(seconds) <= max(seconds) <= 30
        # When all have heard of it, the limit is kept, and nearly used.
        assert 20 <= sum(seconds[-4:]) / 4 <= 26
        for door in fleet.doors[:lost]:
            door.error = None
        assert max([await in_a_second() for _ in range(3)]) <= 30

    asyncio.run(main())


def test_a_redis_that_is_away_is_asked_once_a_second(clock):
    async def main() -> None:
        redis = Redis(clock)
        redis.error = RedisAway("gone")
        await sent([Buckets(redis, workers=lambda: 1, monotonic=clock)], clock, seconds=10)
        assert 9 <= redis.calls <= 11

    asyncio.run(main())


def test_one_slow_answer_does_not_make_it_away(clock):
    async def main() -> None:
        redis = Redis(clock)
        buckets = Buckets(redis, workers=lambda: 1, monotonic=clock)
        redis.error = RedisSlow("slow")
        await buckets.reserve([LIMIT], cost=1)
        redis.error = None
        clock.now += 1
        assert await buckets.reserve([LIMIT], cost=1) is None
        assert buckets.is_shared

    asyncio.run(main())


def test_an_answer_that_nobody_foresaw_leaves_nobody_waiting(clock):
    async def main() -> None:
        redis = Redis(clock)
        redis.error = KeyError("odd")
        buckets = Buckets(redis, workers=lambda: 1, monotonic=clock)
        async with asyncio.timeout(1):
            assert await buckets.reserve([LIMIT], cost=1) is not None

    asyncio.run(main())


def test_who_asks_meanwhile_shares_the_next_call(clock):
    async def main() -> None:
        redis = Redis(clock)
        buckets = Buckets(redis, workers=lambda: 1, monotonic=clock)
        await asyncio.gather(*(buckets.reserve([LIMIT], cost=1) for _ in range(50)))
        assert redis.calls == 1

    asyncio.run(main())
