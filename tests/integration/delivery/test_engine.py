"""The engine inside a Celery worker: started by a task, ended by a signal."""

import time
from dataclasses import replace
from types import SimpleNamespace
from unittest.mock import AsyncMock

import pytest

from mailcore.delivery.engine import host, worker_signals
from mailcore.delivery.engine.fence import Fence
from mailcore.delivery.engine.host import Engine
from mailcore.delivery.engine.recorder import Recorder
from tests.waiting import eventually


def _owned(database, *, epoch=1):
    """Whether somebody took the shard so many times, waiting a while."""
    taken = "SELECT 1 FROM public.egress_shard WHERE epoch >= %s"
    return eventually(lambda: database.execute(taken, [epoch]).fetchone())


@pytest.fixture
def engine(loop):
    """Ends before the database is emptied, which `loop` holds."""
    known = Engine()
    yield known
    known.request_stop()
    known.wait()


def test_tasks_start_one_loop_and_a_stop_is_for_good(engine, loop, database):
    assert engine.ensure(loop.settings)
    assert not engine.ensure(loop.settings), "the loop lives: a second task starts nothing"
    assert _owned(database)
    engine.request_stop()
    engine.wait()
    assert not engine.is_running
    assert not engine.ensure(loop.settings), "a worker that shuts down starts nothing again"


def test_a_stop_before_the_loop_runs_is_heard_too(engine, loop):
    engine.ensure(loop.settings)
    engine.request_stop()
    engine.wait()
    assert not engine.is_running


def test_a_loop_that_ended_with_an_error_begins_anew_without_celery(engine, loop, database):
    lock = loop.settings.journal / "a file"
    lock.touch()
    assert engine.ensure(replace(loop.settings, journal=lock))
    time.sleep(0.2)
    assert engine.is_running, "it waits to begin anew"
    lock.unlink()
    assert _owned(database)


def test_a_worker_of_an_egress_queue_delivers_before_redis_answers(
    engine, loop, database, monkeypatch
):
    queues = SimpleNamespace(consume_from={"egress.node1": None, "events": None})
    monkeypatch.setattr(host, "ENGINE", engine)
    monkeypatch.setattr(host, "read_settings", lambda **_: loop.settings)
    worker = SimpleNamespace(app=SimpleNamespace(amqp=SimpleNamespace(queues=queues)))
    worker_signals.start(instance=worker)
    assert _owned(database)


@pytest.mark.parametrize("part", [Fence, Recorder])
def test_a_part_of_the_loop_that_fails_ends_the_loop_and_the_next_one_owns_the_shard(
    engine, loop, database, monkeypatch, part
):
    with monkeypatch.context() as patched:
        fault = AsyncMock(side_effect=RuntimeError("a fault of ours"))
        patched.setattr(part, "run", fault)
        engine.ensure(replace(loop.settings, drain=1))
        assert _owned(database)
        eventually(lambda: fault.await_count)
    assert _owned(database, epoch=2)
