"""The engine inside a Celery worker: started by a task, ended by a signal."""

import time
from dataclasses import replace

import pytest

from mailcore.delivery.engine.host import Engine


@pytest.fixture
def engine():
    known = Engine()
    yield known
    known.request_stop()
    known.wait()


def test_tasks_start_one_loop_and_a_stop_is_for_good(engine, loop, database):
    assert engine.ensure(loop.settings)
    assert not engine.ensure(loop.settings), "the loop lives: a second task starts nothing"
    end = time.monotonic() + 10
    while not database.execute("SELECT epoch FROM public.egress_shard").fetchall():
        assert time.monotonic() < end, "nobody took the shard"
        time.sleep(0.05)
    engine.request_stop()
    engine.wait()
    assert not engine.is_running
    assert not engine.ensure(loop.settings), "a worker that shuts down starts nothing again"


def test_a_stop_before_the_loop_runs_is_heard_too(engine, loop):
    engine.ensure(loop.settings)
    engine.request_stop()
    engine.wait()
    assert not engine.is_running


def test_a_loop_that_ended_is_started_again(engine, loop):
    (loop.settings.journal / "a file").touch()
    broken = replace(loop.settings, journal=loop.settings.journal / "a file")
    engine.ensure(broken)
    end = time.monotonic() + 10
    while engine.is_running:
        assert time.monotonic() < end
        time.sleep(0.05)
    assert engine.ensure(loop.settings)
