"""What is measured under which name."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from stack.bench.delivery import backlog, race
from stack.bench.delivery.field import conditions, made
from stack.bench.delivery.measure import Run
from stack.bench.figures import Goal, Result, at_least, at_most, percentile
from stack.demo.world import World

MESSAGES = 2000
#: Parts that used less CPU (ms) for a message are not told apart.
SMALLEST_MS = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What the person asked for; None and () are the scenario's own."""

    scenario: str = "base"
    messages: int | None = None
    rounds: int = 1
    only: tuple[str, ...] = ()


def measure(world: World, order: Order) -> Result:
    """Run the scenario that was asked for."""
    load = os.getloadavg()[0]
    result = SCENARIOS[order.scenario](world, order)
    met = {"load_before": round(load, 1), "load_after": round(os.getloadavg()[0], 1)}
    return replace(result, conditions={**result.conditions, **met})


def _base(world: World, order: Order) -> Result:
    messages = order.messages or MESSAGES
    with made(world, domains=500, sites=20, only=order.only) as field:
        runs = race.compete(field, messages=messages, rounds=order.rounds)
        figures = race.rows(runs) | race.ratios(runs)
        for name in field.entries:
            told = race.paced(field, name, rate=race.PACE).figures()
            figures |= {f"{name}.at_100_per_s.{k}": told[k] for k in told if k.endswith("_ms")}
        promised = None
        if "lmtp" in field.entries:
            promised = race.paced(field, "lmtp", rate=race.PROMISED_PACE)
    figures["lost_rounds"] = race.lost_rounds(runs)
    goals = (*race.goals(runs), *(_first_connect(promised) if promised else ()))
    return _result("base", order, messages, figures=figures, goals=goals, runs=runs)


def _first_connect(run: Run) -> tuple[Goal, ...]:
    """The promise about the time from acceptance to the first word with the other side."""
    waits = run.until_mail()
    if not waits:
        return ()
    wait = round(percentile(waits, 0.99) * 1000, 1)
    return (at_most("lmtp_accept_to_mail_p99_at_200_per_s", wait, limit=250, unit="ms"),)


def _deferrals(world: World, order: Order) -> Result:
    messages = order.messages or MESSAGES
    with made(world, domains=500, sites=20, only=order.only) as field:
        field.sink.behave(latency=0, deferrals=0.3)
        runs = race.compete(field, messages=messages, rounds=order.rounds, patience=120)
        figures = race.rows(runs)
        for name, some in runs.items():
            figures[f"{name}.first_tries_per_s"] = round(some[-1].first_tries_per_second, 1)
    return _result(
        "deferrals", order, messages, figures=figures, goals=(race.nothing_lost(runs),), runs=runs
    )


def _latency(world: World, order: Order) -> Result:
    messages = order.messages or 3000
    figures: dict[str, float] = {}
    goals: list[Goal] = []
    only = order.only or ("lmtp", race.YARDSTICK)
    with made(world, domains=1_000, sites=1_000, only=only) as field:
        for milliseconds in (20, 300):
            field.sink.behave(latency=milliseconds / 1000, deferrals=0)
            runs = race.compete(field, messages=messages, rounds=order.rounds)
            told = race.rows(runs) | race.ratios(runs)
            figures |= {f"{milliseconds}_ms.{key}": value for key, value in told.items()}
            goals.append(race.nothing_lost(runs))
        if "lmtp" in runs:
            rate = round(runs["lmtp"][-1].per_second, 1)
            goals.append(at_least("lmtp_per_s_at_300_ms", rate, limit=500, unit="msg/s"))
    return _result("latency", order, messages, figures=figures, goals=tuple(goals), runs=runs)


def _backlog(world: World, order: Order) -> Result:
    messages = order.messages or 20_000
    with made(world, domains=500, sites=20, only=("lmtp",)) as field:
        figures, run = backlog.drained(field, messages=messages)
    runs = {"lmtp": [run]}
    return _result(
        "backlog", order, messages, figures=figures, goals=(race.nothing_lost(runs),), runs=runs
    )


SCENARIOS: dict[str, Callable[[World, Order], Result]] = {
    "base": _base,
    "deferrals": _deferrals,
    "latency": _latency,
    "backlog": _backlog,
}


def _result(
    scenario: str,
    order: Order,
    messages: int,
    *,
    figures: Mapping[str, float],
    goals: tuple[Goal, ...],
    runs: race.Rounds,
) -> Result:
    """The figures, and behind them what each part's CPU was in the last round."""
    parts = {
        f"{name}.cpu_ms.{part}": round(seconds * 1000 / max(some[-1].count, 1), 3)
        for name, some in runs.items()
        for part, seconds in some[-1].cpu.items()
        if seconds * 1000 / max(some[-1].count, 1) >= SMALLEST_MS
    }
    told = {"messages": messages, "rounds": order.rounds, **conditions()}
    return Result(
        name=f"delivery {scenario}", conditions=told, figures={**figures, **parts}, goals=goals
    )
