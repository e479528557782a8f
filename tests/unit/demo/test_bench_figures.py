"""A bench tells figures that a person can trust."""

from stack.bench.figures import Result, at_most, latencies, percentile


def test_percentiles_are_values_that_were_measured() -> None:
    values = [float(number) for number in range(1, 101)]
    assert percentile(values, 0.5) == 50
    assert percentile(values, 0.99) == 99
    assert percentile([7.0], 0.99) == 7
    assert latencies("out", [0.1, 0.2]) == {
        "out_p50_ms": 100.0,
        "out_p95_ms": 200.0,
        "out_p99_ms": 200.0,
    }


def test_one_missed_goal_makes_the_bench_red() -> None:
    met, missed = (
        at_most("lost", 0, limit=0, unit="messages"),
        at_most("p95", 9, limit=5, unit="ms"),
    )
    assert Result(name="x", conditions={}, figures={}, goals=(met,)).ok
    result = Result(name="x", conditions={}, figures={}, goals=(met, missed))
    assert not result.ok
    assert result.as_json()["goals"][1] == {
        "key": "p95",
        "value": 9,
        "unit": "ms",
        "goal": "≤ 5",
        "met": False,
    }
