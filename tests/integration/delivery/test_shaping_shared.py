"""What workers share: buckets in a real Redis, rules and overlays in PostgreSQL."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from datetime import timedelta
from uuid import UUID

import psycopg
import pytest
from django.conf import settings
from redis import Redis

from kernel import clock
from mailcore.delivery.engine.store import open_pool
from mailcore.delivery.ports import Errand, Source
from mailcore.delivery.shaping.book import Book, Workers
from mailcore.delivery.shaping.buckets import Buckets, connect
from mailcore.delivery.shaping.gcra import Limit
from mailcore.delivery.shaping.overlays import Overlay, Reach
from mailcore.delivery.shaping.throttle import Throttle, make_throttle
from mailcore.delivery.smtp.envelope import Answer
from tests.waiting import PATIENCE

PREFIX = f"test:{settings.DATABASES['default']['NAME']}:"
FAST, SLOW = Limit(key="fast", rate=1000), Limit(key="slow", rate=1)
SOURCE = Source(address="127.77.101.30", ehlo="out1.infra.test")
ERRAND = Errand(
    reseller_id=UUID(int=1),
    stream="mailbox",
    pool="default",
    site="mx.yahoo.test",
    provider="yahoo",
    recipients=1,
    is_retry=False,
)
BUSY = Answer(verdict="deferred", phase="mail", code=421, text="421 come back another day")


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine is no Redis that is away."""
    monkeypatch.setattr("mailcore.delivery.shaping.buckets.PATIENCE", PATIENCE)


@pytest.fixture
def redis() -> Iterator[Redis]:
    """Redis without keys of this test, before and after."""
    client = Redis.from_url(settings.REDIS_URL)

    def wipe() -> None:
        for key in client.scan_iter(f"{PREFIX}*"):
            client.delete(key)

    wipe()
    yield client
    wipe()
    client.close()


def with_buckets(count: int, test: Callable[[list[Buckets]], Awaitable[None]]) -> None:
    async def main() -> None:
        url = settings.REDIS_URL
        fleet = [Buckets(connect(url), workers=lambda: count, prefix=PREFIX) for _ in range(count)]
        try:
            await test(fleet)
        finally:
            for buckets in fleet:
                await buckets.close()

    asyncio.run(main())


def born_long_ago(redis: Redis) -> None:
    redis.set(f"{PREFIX}born", 1)


def test_two_workers_share_one_limit(redis):
    born_long_ago(redis)

    async def main(fleet: list[Buckets]) -> None:
        began, taken = time.monotonic(), 0
        for _ in range(20):
            answers = await asyncio.gather(
                *(buckets.reserve([FAST], cost=1) for buckets in fleet for _ in range(40))
            )
            taken += sum(answer is None for answer in answers)
        most = FAST.burst + 1000 * (time.monotonic() - began)
        assert FAST.burst <= taken <= most + 1
        assert all(buckets.is_shared for buckets in fleet)

    with_buckets(2, main)


def test_an_errand_takes_from_all_buckets_or_from_none(redis):
    born_long_ago(redis)

    async def main(fleet: list[Buckets]) -> None:
        (buckets,) = fleet
        assert await buckets.reserve([FAST, SLOW], cost=3) is None
        refusal = await buckets.reserve([FAST, SLOW], cost=100)
        assert refusal is not None
        assert refusal.key == "slow"
        assert 0 < refusal.seconds <= 3
        # The fast one was not touched: it is full but for the three.
        taken = [await buckets.reserve([FAST], cost=1) for _ in range(FAST.burst - 3)]
        assert taken == [None] * (FAST.burst - 3)

    with_buckets(1, main)


def test_buckets_that_redis_lost_begin_empty(redis):
    born_long_ago(redis)

    async def main(fleet: list[Buckets]) -> None:
        first, second = fleet
        assert await first.reserve([SLOW], cost=1) is None
        for key in redis.scan_iter(f"{PREFIX}*"):
            redis.delete(key)
        refusal = await second.reserve([SLOW], cost=1)
        assert refusal is not None
        assert 0.9 < refusal.seconds <= 1

    with_buckets(2, main)


def test_a_server_whose_clock_went_back_stops_nobody(redis):
    redis.set(f"{PREFIX}born", int((time.time() + 3600) * 1e6))

    async def main(fleet: list[Buckets]) -> None:
        refusal = await fleet[0].reserve([SLOW], cost=1)
        assert refusal is not None
        assert refusal.seconds <= 1

    with_buckets(1, main)


def test_no_redis_is_found_out_once(monkeypatch: pytest.MonkeyPatch):
    asked = []
    of_redis = Buckets._of_redis

    async def counting(*what: object) -> object:
        asked.append(what)
        return await of_redis(*what)

    monkeypatch.setattr(Buckets, "_of_redis", counting)

    async def main() -> None:
        nowhere = connect("redis://127.77.101.6:1/0")
        alone = Buckets(nowhere, workers=lambda: 1, prefix=PREFIX, monotonic=lambda: 1000.0)
        for _ in range(200):
            await alone.reserve([FAST], cost=1)
        assert not alone.is_shared
        assert len(asked) == 1
        await alone.close()

    asyncio.run(main())


# -- PostgreSQL -----------------------------------------------------------------------------------

pytestmark_database = pytest.mark.django_db(transaction=True)


def with_throttles(count: int, test: Callable[[list[Throttle]], Awaitable[None]]) -> None:
    async def main() -> None:
        async with AsyncExitStack() as stack:
            pool = open_pool(settings.DSN("delivery"), name="delivery", size=2)
            await pool.open()
            stack.push_async_callback(pool.close)
            fleet = []
            for _ in range(count):
                throttle = make_throttle(
                    pool, node="node1", redis_url=settings.REDIS_URL, prefix=PREFIX
                )
                stack.push_async_callback(throttle.close)
                await throttle.load()
                fleet.append(throttle)
            await test(fleet)

    asyncio.run(main())


@pytestmark_database
def test_what_one_worker_learns_the_others_and_the_next_process_know(redis):
    born_long_ago(redis)

    async def main(fleet: list[Throttle]) -> None:
        first, second = fleet
        assert await second.admit(ERRAND, source=SOURCE) is None
        for _ in range(20):
            first.heard(ERRAND, source=SOURCE, answers=[BUSY])
        await first.load()
        await second.load()
        wait = await second.admit(ERRAND, source=SOURCE)
        assert wait is not None
        assert 600 < wait.seconds <= 900

    with_throttles(2, main)

    async def later(fleet: list[Throttle]) -> None:
        assert await fleet[0].admit(ERRAND, source=SOURCE) is not None

    with_throttles(1, later)


@pytestmark_database
def test_rules_of_the_operator_hold_without_a_restart_and_bad_ones_are_left_out(
    redis, database: psycopg.Connection[tuple[object, ...]]
):
    async def main(fleet: list[Throttle]) -> None:
        (throttle,) = fleet
        assert throttle.messages_per_connection(ERRAND) == 20
        for name, content in (
            ("a", "[provider.yahoo]\nmessages_per_connection = 7"),
            ("b", "[provider.yahoo]\nnonsense = 1"),
        ):
            database.execute(
                "INSERT INTO shaping_rule (name, content, changed_at) VALUES (%s, %s, now())",
                [name, content],
            )
        await throttle.load()
        assert throttle.messages_per_connection(ERRAND) == 7

    with_throttles(1, main)


@pytestmark_database
def test_the_newer_overlay_stays():
    now = clock.now()
    reach = Reach("127.77.101.30", "yahoo", UUID(int=7), "bulk")

    def overlay(minutes: int, value: float) -> Overlay:
        return Overlay(
            reach=reach,
            kind="rate",
            origin="rule",
            cause="a cause\0",
            changed_at=now + timedelta(minutes=minutes),
            until=now + timedelta(hours=1),
            value=value,
        )

    async def main() -> None:
        pool = open_pool(settings.DSN("delivery"), name="delivery", size=1)
        await pool.open()
        try:
            book = Book(pool, node="node1")
            await book.put([overlay(2, 2.0)])
            await book.put([overlay(1, 1.0), overlay(3, 3.0), overlay(2, 9.0)])
            (found,) = await book.new_overlays(now)
            assert (found.reach, found.value, found.cause) == (reach, 3.0, "a cause")
            await book.forget(now + timedelta(days=9))
            assert await book.new_overlays(now) == []
        finally:
            await pool.close()

    asyncio.run(main())


@pytestmark_database
def test_live_workers_are_counted(database: psycopg.Connection[tuple[object, ...]]):
    database.execute(
        "INSERT INTO egress_shard (node, shard, heartbeat) VALUES"
        " ('node1', 0, now()), ('node1', 1, now()), ('node2', 0, now()),"
        " ('node2', 1, now() - interval '1 minute')"
    )

    async def main() -> None:
        pool = open_pool(settings.DSN("delivery"), name="delivery", size=1)
        await pool.open()
        try:
            first, second, gone = (
                Book(pool, node=node, shard=shard)
                for node, shard in (("node1", 0), ("node1", 1), ("node2", 1))
            )
            assert await first.workers() == Workers(everywhere=3, here=2)
            await gone.workers(without_redis=True)
            seen = await second.workers(without_redis=True)
            assert seen.lost_elsewhere == 0, "itself and the dead are not among them"
            assert (await first.workers()).lost_elsewhere == 1
            await second.workers(without_redis=False)
            assert (await first.workers()).lost_elsewhere == 0
        finally:
            await pool.close()

    asyncio.run(main())
