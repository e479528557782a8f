"""Scenario `backlog`: mail piles up while the engine is stopped, then it drains."""

import time
from dataclasses import replace

from stack.bench.delivery import measure
from stack.bench.delivery.field import Field
from stack.bench.delivery.measure import Run
from stack.bench.delivery.ours import Ours, command

EGRESS = "egress.node1"


def drained(field: Field, *, messages: int) -> tuple[dict[str, float], Run]:
    """Queue MESSAGES with the engine stopped, start it, and wait until all are at the sink."""
    ours = field.ours
    command(ours.endpoints, "stop", EGRESS)
    try:
        queued = measure.run(_Silent(ours), field.letters(messages), sink=field.sink, patience=0)
    finally:
        command(ours.endpoints, "restart", EGRESS)
    began = time.monotonic()
    measure.wait_arrivals(field.sink, count=len(queued.sent.accepted), patience=measure.PATIENCE)
    ours.settle()
    run = replace(queued, arrivals=field.sink.arrivals())
    seconds = max((dot for _, dot in run.arrivals.times.values()), default=began) - began
    return {
        "accept_per_s": round(queued.accepted_per_second, 1),
        "drain_per_s": round(run.count / max(seconds, 0.001), 1),
        "lost": run.lost,
        "copies": run.arrivals.copies,
    }, run


class _Silent:
    """Our plane while nothing leaves it: there is nothing to wait for after acceptance."""

    def __init__(self, ours: Ours) -> None:
        self.name, self.door, self.pids, self.wal = ours.name, ours.door, ours.pids, ours.wal

    def settle(self) -> None:
        """Return at once."""
