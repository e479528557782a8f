"""What the person asked for, and the shape in which each scenario answers."""

from collections.abc import Mapping
from dataclasses import dataclass

from stack.bench.delivery import race
from stack.bench.delivery.field import conditions
from stack.bench.figures import Goal, Result

#: Parts that used less CPU (ms) for a message are not told apart.
SMALLEST_MS = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """None and () are the scenario's own."""

    scenario: str = "base"
    messages: int | None = None
    rounds: int = 1
    only: tuple[str, ...] = ()


def result(
    order: Order,
    *,
    messages: int,
    figures: Mapping[str, float],
    goals: tuple[Goal, ...],
    runs: race.Rounds,
    besides: Mapping[str, object] | None = None,
) -> Result:
    """The figures, and behind them what each part's CPU was in the last round of RUNS."""
    parts = {
        f"{name}.cpu_ms.{part}": round(seconds * 1000 / max(some[-1].count, 1), 3)
        for name, some in runs.items()
        for part, seconds in some[-1].cpu.items()
        if seconds * 1000 / max(some[-1].count, 1) >= SMALLEST_MS
    }
    told = {"messages": messages, "rounds": order.rounds, **(besides or {}), **conditions()}
    return Result(
        name=f"delivery {order.scenario}",
        conditions=told,
        figures={**figures, **parts},
        goals=goals,
    )
