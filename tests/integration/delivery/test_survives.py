"""Killed, paused and superseded processes: nothing is lost, and doubt is written down."""

import asyncio
import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings

from kernel import clock
from mailcore.delivery.engine import wake
from mailcore.delivery.engine.store import Store, open_pool
from tests.waiting import eventually


@pytest.fixture
def start(loop, sink) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Start a delivery process of its own, which a test may kill."""
    told = {
        "sources": loop.settings.sources,
        "journal": str(loop.settings.journal),
        "smtp_port": sink.port,
        "delay_scale": loop.settings.delay_scale,
        "host": "127.77.101.40",
    }
    environment = {**os.environ, "LIVERY_DATABASE_NAME": settings.DATABASES["default"]["NAME"]}
    started: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        script = Path(__file__).parent / "egress_process.py"
        argv = [sys.executable, str(script), json.dumps(told)]
        started.append(subprocess.Popen(argv, env=environment, start_new_session=True))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


def test_a_message_whose_answer_the_killed_process_never_heard_is_tried_once_more(
    start, sink, submit, database
):
    sink.hold = threading.Event()
    submit("bob@outside.test")
    first = start()
    assert sink.reached_dot.wait(60)
    first.kill()
    first.wait()
    sink.hold.set()
    sink.hold = None
    start()
    eventually(lambda: len(sink.copies("bob@outside.test")) == 2)
    eventually(lambda: _status(database) == [("delivered",)])
    tries = database.execute(
        "SELECT outcome, maybe_delivered, late FROM public.attempt a"
        " JOIN public.recipient r ON r.id = a.recipient_id WHERE r.domain = 'outside.test'"
        " ORDER BY a.id"
    ).fetchall()
    assert tries == [("deferred", True, False), ("delivered", False, False)]


def test_many_messages_and_a_kill_in_the_middle_lose_nothing(start, sink, submit, database):
    for number in range(60):
        submit(f"bob{number}@outside.test")
    first = start()
    eventually(lambda: len(sink.received) >= 15)
    first.kill()
    first.wait()
    start()
    eventually(lambda: _status(database) == [("delivered",)])
    assert len({address for address, _, _ in sink.received}) == 60
    # A copy too many only where the killed process was between the final dot and the answer.
    doubts = database.execute(
        "SELECT count(*) FROM public.attempt WHERE maybe_delivered"
    ).fetchone()[0]
    assert len(sink.received) - 60 <= doubts <= 10


def test_a_standby_follows_a_killed_worker(start, sink, submit, database):
    """Nothing but another process of the node's queue is needed."""
    epoch = "SELECT epoch FROM public.egress_shard"
    first = start()
    eventually(lambda: database.execute(epoch).fetchall() == [(1,)])
    start()
    submit("ann@outside.test")
    eventually(lambda: sink.copies("ann@outside.test"))
    assert database.execute(epoch).fetchall() == [(1,)], "the second one stands by"
    submit(*(f"bob{number}@outside.test" for number in range(50)))
    first.kill()
    first.wait()
    eventually(lambda: _status(database) == [("delivered",)])
    assert database.execute(epoch).fetchall() == [(2,)]


def test_what_a_vanished_process_had_claimed_is_delivered_when_its_lease_ends(
    loop, sink, submit, database
):
    submit("bob@outside.test")
    database.execute(
        "UPDATE public.queue_entry SET state = 'leased', lease_by = 99, lease_seq = 1,"
        " attempts = 1, lease_until = clock_timestamp() + interval '1 h'"
    )
    submit("ann@outside.test")
    loop.start()
    eventually(lambda: sink.copies("ann@outside.test"))
    assert not sink.copies("bob@outside.test")
    database.execute("UPDATE public.queue_entry SET lease_until = clock_timestamp()")
    eventually(lambda: sink.copies("bob@outside.test"))
    eventually(lambda: _status(database) == [("delivered",)])


def test_a_process_that_was_superseded_can_claim_and_send_nothing(loop, submit, database):
    submit("bob@outside.test")

    async def scene() -> None:
        pool = open_pool(loop.settings.delivery_dsn, name="test", size=2)
        await pool.open()
        try:
            old, new = Store(pool, loop.settings), Store(pool, loop.settings)
            assert await old.take(is_alone=True)
            soon = clock.now() + timedelta(seconds=1)
            (claimed,) = await old.claim(now=soon, limit=10, busy=[])
            assert await old.hold([claimed], seconds=60) == {claimed.recipient_id}
            assert not await new.take(is_alone=False), "its heartbeat is fresh"
            assert await new.take(is_alone=True)
            assert not await old.heartbeat()
            assert await old.claim(now=soon, limit=10, busy=[]) == []
            assert await old.hold([claimed], seconds=60) == set()
            await new.recover([claimed])
            (again,) = await new.claim(now=soon, limit=10, busy=[])
            assert (again.lease_seq, again.attempts) == (2, 2)
        finally:
            await pool.close()

    asyncio.run(scene())


def _status(database):
    """Of what was submitted: a slow machine sends a notice of the delay besides."""
    return database.execute(
        "SELECT DISTINCT status FROM public.recipient WHERE domain = 'outside.test'"
    ).fetchall()


def test_a_database_that_drops_its_connections_costs_no_message_and_no_copy(
    loop, sink, submit, database
):
    for number in range(40):
        submit(f"bob{number}@outside.test")
    loop.start(waiting_lease=3)
    for received in (5, 15, 25):
        eventually(lambda: len(sink.received) >= received)  # noqa: B023 - called at once
        database.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
            " AND usename = 'livery_delivery' AND datname = current_database()"
        )
    eventually(lambda: _status(database) == [("delivered",)])
    assert len(sink.received) == 40


def test_without_redis_mail_goes_out_all_the_same(loop, sink, submit):
    loop.start(redis_url="redis://127.77.101.99:1/0")
    submit("bob@outside.test")
    eventually(lambda: sink.copies("bob@outside.test"))


def test_a_process_that_is_told_to_end_hears_the_answer_first(loop, sink, submit, database):
    sink.hold = threading.Event()
    submit("bob@outside.test")
    loop.start()
    assert sink.reached_dot.wait(60)
    threading.Timer(1, sink.hold.set).start()
    loop.stop()
    assert _status(database) == [("delivered",)]
    assert len(sink.copies("bob@outside.test")) == 1


def test_a_task_that_cannot_be_cancelled_does_not_keep_the_process(
    loop, sink, submit, database, monkeypatch
):
    async def deaf(**_: object) -> None:
        # So is redis-py when a cancellation meets its own timeout.
        for _ in range(2):
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.sleep(3600)
            deaf_to.append("a cancellation")

    deaf_to: list[str] = []
    monkeypatch.setattr(wake, "listen", deaf)
    submit("bob@outside.test")
    loop.start()
    eventually(lambda: _status(database) == [("delivered",)])
    loop.stop()
    assert deaf_to
