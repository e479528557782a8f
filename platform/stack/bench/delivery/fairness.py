"""Scenario `fairness`: 99 of 100 are a big reseller's and were there first; how long does the small one wait?

All mail goes to one mail host that is slower than we are, so its connections are what is shared.
"""

from collections.abc import Collection
from dataclasses import replace

from stack.bench.delivery import race
from stack.bench.delivery.backlog import drained, engine_stopped, queue_up
from stack.bench.delivery.field import Field, made
from stack.bench.delivery.measure import Run
from stack.bench.delivery.order import Order, result
from stack.bench.delivery.ours import Ours, over_lmtp, raise_limits
from stack.bench.delivery.sink_client import Arrivals
from stack.bench.figures import Goal, Result, at_most, percentile
from stack.bench.furnishing import furnished
from stack.demo.world import World

MESSAGES = 3_000
SMALL_SHARE = 0.01
DOMAINS = 20
#: Seconds before each reply of the mail host.
LATENCY = 0.05
#: Two who share equally wait twice as long; the rest is for turns of ten and the odd claim.
MOST_TIMES = 4.0
#: Share of the big one's mail that may go before the small one is done; one after the other it is 1.
MOST_AHEAD = 0.10


def measure(world: World, order: Order) -> Result:
    """The small one's waits with nobody else there, and behind the big one."""
    messages = order.messages or MESSAGES
    small = max(round(messages * SMALL_SHARE), 1)
    other = furnished(world.endpoints)
    raise_limits(world.endpoints, other.sender)
    with made(world, domains=DOMAINS, sites=1, only=("lmtp",)) as field:
        field.sink.behave(latency=LATENCY, deferrals=0)
        theirs = over_lmtp(world.endpoints, other.sender)
        _, alone = _queued(field, theirs, small=small, big=0)
        run, beside = _queued(field, theirs, small=small, big=messages - small)
    figures = told(beside, alone=alone)
    besides = {"small_messages": small, "reply_ms": LATENCY * 1000}
    lost = race.nothing_lost({"alone": [alone], "beside": [run, beside]})
    return result(
        order,
        messages=messages,
        figures=figures,
        goals=(lost, *goals(figures)),
        runs={},
        besides=besides,
    )


def told(beside: Run, *, alone: Run) -> dict[str, float]:
    """The small one's waits in both, and how much of all other mail was before it."""
    figures: dict[str, float] = {}
    for name, run in (("alone", alone), ("beside", beside)):
        waits = waits_of(run.sent.accepted, run.arrivals)
        for share in (50, 95) if waits else ():
            figures[f"{name}_p{share}_ms"] = round(percentile(waits, share / 100) * 1000, 1)
    everything = waits_of(beside.arrivals.times, beside.arrivals)
    figures["drain_s"] = round(max(everything, default=0.0), 1)
    figures["drain_per_s"] = round(len(everything) / max(figures["drain_s"], 0.001), 1)
    figures["ahead"] = ahead(beside.sent.accepted, beside.arrivals)
    if {"alone_p95_ms", "beside_p95_ms"} <= figures.keys():
        figures["times"] = round(figures["beside_p95_ms"] / max(figures["alone_p95_ms"], 0.1), 2)
    return figures


def _queued(field: Field, theirs: Ours, *, small: int, big: int) -> tuple[Run, Run]:
    """What the big one queues, then what the small one does; both with all arrivals, drained."""
    with engine_stopped(field.ours):
        first = queue_up(field, field.letters(big), ours=field.ours)
        second = queue_up(field, field.letters_of(theirs.sender, small), ours=theirs)
    first = drained(field, first, second)
    return first, replace(second, arrivals=first.arrivals)


def waits_of(numbers: Collection[int], arrivals: Arrivals) -> list[float]:
    """Seconds from the first MAIL of anybody at the sink to the final dot of each of these."""
    began = min((mail for mail, _ in arrivals.times.values()), default=0.0)
    return [arrivals.times[number][1] - began for number in numbers if number in arrivals.times]


def ahead(numbers: Collection[int], arrivals: Arrivals) -> float:
    """The share of all other mail that was there before nineteen of twenty of these."""
    mine = [dot for number, (_, dot) in arrivals.times.items() if number in numbers]
    others = [dot for number, (_, dot) in arrivals.times.items() if number not in numbers]
    if not mine or not others:
        return 0.0
    done = percentile(mine, 0.95)
    return round(sum(dot < done for dot in others) / len(others), 3)


def goals(figures: dict[str, float]) -> tuple[Goal, ...]:
    """The small one waits for its share, not for the queue."""
    ahead = at_most("ahead", figures["ahead"], limit=MOST_AHEAD, unit="of the others' mail")
    if "times" not in figures:
        return (ahead,)
    return ahead, at_most("times", figures["times"], limit=MOST_TIMES, unit="times its wait alone")
