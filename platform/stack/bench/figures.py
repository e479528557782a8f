"""Figures of a measurement and the one shape in which every bench tells them."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """A figure that was promised; `met` says whether the promise held."""

    key: str
    value: float
    unit: str
    goal: str
    met: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One bench's result."""

    name: str
    conditions: dict[str, Any]
    figures: dict[str, float]
    goals: tuple[Goal, ...]

    @property
    def ok(self) -> bool:
        """Whether every goal was met."""
        return all(goal.met for goal in self.goals)

    def as_json(self) -> dict[str, Any]:
        """Return {"name","conditions","figures","goals"}."""
        return asdict(self)


def percentile(values: Sequence[float], share: float) -> float:
    """Return the nearest-rank percentile (SHARE between 0 and 1) of at least one value."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def latencies(prefix: str, values: Sequence[float]) -> dict[str, float]:
    """Return p50, p95 and p99 in milliseconds, named after PREFIX."""
    return {
        f"{prefix}_p{int(share * 100)}_ms": round(percentile(values, share) * 1000, 1)
        for share in (0.5, 0.95, 0.99)
    }


def at_most(key: str, value: float, *, limit: float, unit: str) -> Goal:
    """Return the goal that a figure stays at or below a limit."""
    return Goal(key=key, value=value, unit=unit, goal=f"≤ {limit:g}", met=value <= limit)


def at_least(key: str, value: float, *, limit: float, unit: str) -> Goal:
    """Return the goal that a figure reaches a limit."""
    return Goal(key=key, value=value, unit=unit, goal=f"≥ {limit:g}", met=value >= limit)
