"""Scenario `backlog`: mail piles up while the engine is stopped, then it drains."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from stack.bench.delivery import measure as measuring
from stack.bench.delivery import race
from stack.bench.delivery.field import Field, made
from stack.bench.delivery.measure import Run
from stack.bench.delivery.order import Order, result
from stack.bench.delivery.ours import Ours, command
from stack.bench.delivery.traffic import Letter
from stack.bench.figures import Result
from stack.demo.world import World

EGRESS = "egress.node1"
MESSAGES = 10_000


def measure(world: World, order: Order) -> Result:
    """How fast a queue grows and how fast it drains."""
    messages = order.messages or MESSAGES
    with made(world, domains=500, sites=20, only=("lmtp",)) as field:
        with engine_stopped(field.ours):
            queued = queue_up(field, field.letters(messages), ours=field.ours)
        run = drained(field, queued)
    figures = {
        "accept_per_s": round(queued.accepted_per_second, 1),
        "drain_per_s": round(run.count / max(seconds_of(run), 0.001), 1),
        "lost": run.lost,
        "copies": run.arrivals.copies,
    }
    runs = {"lmtp": [run]}
    goals = (race.nothing_lost(runs),)
    return result(order, messages=messages, figures=figures, goals=goals, runs=runs)


@contextmanager
def engine_stopped(ours: Ours) -> Iterator[None]:
    """Nothing leaves the stack while the block runs."""
    command(ours.endpoints, "stop", EGRESS)
    try:
        yield
    finally:
        command(ours.endpoints, "restart", EGRESS)


def queue_up(field: Field, letters: Iterator[Letter], *, ours: Ours) -> Run:
    """Have these accepted, by OURS, while the engine is stopped."""
    return measuring.run(_Silent(ours), letters, sink=field.sink, patience=0)


def drained(field: Field, queued: Run, *besides: Run) -> Run:
    """Wait until all that was queued is at the sink; QUEUED with its arrivals."""
    count = sum(len(run.sent.accepted) for run in (queued, *besides))
    measuring.wait_arrivals(field.sink, count=count, patience=measuring.PATIENCE)
    field.ours.settle()
    return replace(queued, arrivals=field.sink.arrivals())


def seconds_of(run: Run) -> float:
    """From the first MAIL at the sink to the last final dot."""
    times = run.arrivals.times.values()
    if not times:
        return 0.0
    return max(dot for _, dot in times) - min(mail for mail, _ in times)


class _Silent:
    """Our plane while nothing leaves it: there is nothing to wait for after acceptance."""

    def __init__(self, ours: Ours) -> None:
        self.name, self.door, self.pids, self.wal = ours.name, ours.door, ours.pids, ours.wal

    def settle(self) -> None:
        """Return at once."""
