"""What the scenarios make of arrivals: shares, windows, claims and books."""

from pathlib import Path

import pytest

from mailcore.delivery.shaping.rule_file import read
from stack.bench import __main__ as command
from stack.bench.delivery import claims, fairness, limits, million, scenarios
from stack.bench.delivery.measure import Run
from stack.bench.delivery.sink_client import Arrivals
from stack.bench.delivery.source import Sent
from stack.client.endpoints import Endpoints

CHECKOUT = Path(__file__).resolve().parents[3]


def arrived(dots: dict[int, float], sources: dict[int, str] | None = None) -> Arrivals:
    """Each with its MAIL a tenth of a second before its final dot."""
    times = {number: (dot - 0.1, dot) for number, dot in dots.items()}
    return Arrivals(times=times, copies=0, deferred=0, connections=1, sources=sources or {})


def run_of(numbers: range, arrivals: Arrivals) -> Run:
    sent = Sent(began=0.0, accepted=dict.fromkeys(numbers, 0.0))
    return Run(contender="lmtp", sent=sent, arrivals=arrivals, cpu={}, wal=0)


def test_who_waits_for_the_whole_queue_was_treated_unfairly() -> None:
    small = range(99, 100)
    alone = run_of(small, arrived({99: 1.0}))
    last = run_of(small, arrived({number: 1.0 + number for number in range(100)}))
    told = fairness.told(last, alone=alone)
    assert told["ahead"] == 1.0
    assert told["times"] == pytest.approx(991, rel=0.01)
    assert not any(goal.met for goal in fairness.goals(told))


def test_who_is_served_in_turn_waits_twice_as_long_and_was_treated_well() -> None:
    small = range(1_000, 1_010)
    alone = run_of(small, arrived({number: 0.1 * (number - 999) for number in small}))
    fair = {number: 0.2 * (number - 999) for number in small}
    everybody = fair | {number: 0.2 * number + 0.1 for number in range(1_000)}
    told = fairness.told(run_of(small, arrived(everybody)), alone=alone)
    assert told["times"] == pytest.approx(2, rel=0.1)
    assert told["ahead"] == 0.01
    assert all(goal.met for goal in fairness.goals(told))


def test_without_arrivals_fairness_has_figures_and_no_times() -> None:
    nothing = run_of(range(3), arrived({}))
    assert "times" not in fairness.told(nothing, alone=nothing)


@pytest.mark.parametrize(
    ("times", "seconds", "most"),
    [([], 1, 0), ([5.0], 1, 1), ([0.0, 0.5, 0.9, 1.0, 1.1], 1, 4), ([0.0, 10.0, 20.0], 10, 1)],
)
def test_the_fullest_window_is_found(times: list[float], seconds: float, most: int) -> None:
    assert limits.most_within(times, seconds) == most


def seen(rate: float, *, sources: int = limits.SOURCES) -> dict[str, list[float]]:
    return {f"127.0.0.{n}": [place / rate for place in range(500)] for n in range(sources)}


def met(sources: dict[str, list[float]]) -> dict[str, bool]:
    wanted = [f"127.0.0.{n}" for n in range(limits.SOURCES)]
    return {goal.key: goal.met for goal in limits.goals(sources, wanted=wanted)}


def test_limits_are_kept_and_used_by_every_address() -> None:
    assert all(met(seen(limits.RATE)).values())
    assert not met(seen(limits.RATE * 1.3))["overshoot_10_s"]
    assert not met(seen(limits.RATE * 0.5))["used"]
    assert not met(seen(limits.RATE, sources=3))["sources"]
    foreign = seen(limits.RATE) | {"127.0.0.99": [1.0]}
    assert not met(foreign)["from_elsewhere"]


def test_arrivals_are_told_apart_by_their_source() -> None:
    arrivals = arrived({1: 2.0, 2: 1.0, 3: 3.0}, {1: "a", 2: "a", 3: "b"})
    assert limits.by_source(arrivals) == {"a": [0.9, 1.9], "b": [2.9]}


def test_the_rule_file_is_one_that_the_operator_can_set() -> None:
    rules = read(limits.rule_text(["127.0.0.1", "127.0.0.2"]), name="bench-limits.toml")
    assert rules.sources == {"127.0.0.1": limits.RATE, "127.0.0.2": limits.RATE}


def test_claims_are_found_in_the_log_by_how_they_begin() -> None:
    begin = claims.first_line(Endpoints({"checkout": str(CHECKOUT)}))
    log = [
        f"2026-11-22 livery_delivery@livery LOG:  duration: 3.125 ms  execute _pg3_4: {begin}\n",
        "\t-- the second line of the same\n",
        f"2026-11-22 livery_delivery@livery LOG:  duration: 0.100 ms  bind _pg3_4: {begin}\n",
        "2026-11-22 livery_delivery@livery LOG:  duration: 9.0 ms  execute <unnamed>: SELECT 1\n",
    ]
    assert claims.durations(log, first_line=begin) == [3.125]


def test_books_that_do_not_balance_are_a_missed_goal() -> None:
    good = {"delivered": 10, "drained": 10, "copies": 0, "claim_p99_ms": 12.0}
    assert all(goal.met for goal in million.goals(good, {"ok": True}))
    assert not all(goal.met for goal in million.goals(good, {"ok": False}))
    for wrong in ({"delivered": 11}, {"copies": 1}, {"claim_p99_ms": 21.0}):
        assert not all(goal.met for goal in million.goals(good | wrong, {"ok": True}))


def test_every_scenario_has_its_words() -> None:
    assert scenarios.WORDS.keys() == scenarios.SCENARIOS.keys()
    assert scenarios.SCENARIOS.keys() >= scenarios.ALONE


@pytest.mark.parametrize("arguments", [["--help"], ["delivery", "--help"], ["e2e", "-h"]])
def test_help_needs_no_stack(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("LIVERY_ENDPOINTS", raising=False)
    with pytest.raises(SystemExit) as ended:
        command.parsed(arguments)
    assert ended.value.code == 0
    assert "fairness" in capsys.readouterr().out


def test_what_leaves_its_queue_behind_runs_on_no_stack_in_use() -> None:
    with pytest.raises(SystemExit):
        command.parsed(["delivery", "--running", "--scenario", "million"])
    assert command.parsed(["delivery", "--running", "--scenario", "fairness"]).running
