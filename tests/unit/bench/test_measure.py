"""What a run says: rates, waits, losses, ratios and rounds."""

import os

import pytest

from stack.bench.delivery import cpu, race
from stack.bench.delivery.measure import Run
from stack.bench.delivery.sink_client import Arrivals
from stack.bench.delivery.source import Sent


def made(name: str, *, per_second: float, lost: int = 0, deferred: int = 0) -> Run:
    """A run of 100 messages that arrive one after the other, each 10 ms after its yes."""
    times = {n: n / per_second for n in range(100)}
    sent = Sent(began=0.0, accepted=dict(times))
    arrived = {n: (at + 0.005, at + 0.01) for n, at in times.items() if n >= lost}
    arrivals = Arrivals(times=arrived, copies=0, deferred=deferred, connections=1)
    return Run(contender=name, sent=sent, arrivals=arrivals, cpu={"one": 0.1, "two": 0.3}, wal=5000)


def test_a_run_tells_its_rate_its_waits_and_what_each_message_cost() -> None:
    told = made("lmtp", per_second=100).figures()
    assert told["per_s"] == pytest.approx(100, rel=0.02)
    assert told["p99_ms"] == pytest.approx(10, abs=0.2)
    assert told["cpu_ms"] == 4.0
    assert told["wal_bytes"] == 50
    assert told["lost"] == 0


def test_what_was_accepted_and_never_came_is_lost() -> None:
    run = made("lmtp", per_second=100, lost=3)
    assert run.lost == 3
    assert not race.nothing_lost({"lmtp": [run]}).met


def test_nothing_at_all_is_told_too() -> None:
    told = made("lmtp", per_second=100, lost=100).figures()
    assert told["per_s"] == 0
    assert "p99_ms" not in told


def test_ratios_are_of_medians_and_goals_compare_with_them() -> None:
    runs = {
        race.YARDSTICK: [made(race.YARDSTICK, per_second=rate) for rate in (90, 100, 400)],
        "lmtp": [made("lmtp", per_second=rate) for rate in (50, 300, 350)],
    }
    assert race.ratios(runs)[f"lmtp_to_{race.YARDSTICK}"] == pytest.approx(3, rel=0.05)
    goals = {goal.key: goal for goal in race.goals(runs)}
    assert not goals[f"lmtp_to_{race.YARDSTICK}"].met
    assert race.lost_rounds(runs) == 2


def test_without_the_yardstick_there_is_no_ratio() -> None:
    assert race.ratios({"lmtp": [made("lmtp", per_second=100)]}) == {}


def test_first_tries_leave_out_those_that_were_put_off() -> None:
    run = made("lmtp", per_second=100, deferred=40)
    assert run.first_tries_per_second == pytest.approx(100, rel=0.05)


def test_cpu_is_that_of_the_process_and_all_below_it() -> None:
    before = cpu.trees([os.getpid()])[os.getpid()]
    sum(n * n for n in range(2_000_000))
    assert cpu.trees([os.getpid()])[os.getpid()] > before
