"""Scenario `million`: a big queue; how long claims take, how fast it drains, and whether the books balance.

Some messages are accepted as ever; the rest of the queue is further recipients of theirs, made by
SQL (platform/deploy/bench/fill.sql). Then the engine runs for a while and the books are audited.
"""

import json
import time
from dataclasses import replace

from stack.bench.delivery import claims, filling
from stack.bench.delivery.backlog import EGRESS, engine_stopped, queue_up, seconds_of
from stack.bench.delivery.field import Field, made
from stack.bench.delivery.measure import Run
from stack.bench.delivery.order import Order, result
from stack.bench.delivery.ours import command
from stack.bench.figures import Goal, Result, at_most, latencies
from stack.demo.world import World

MESSAGES = 100_000
#: Really accepted, before and beside the big queue.
SEEDS = 1_000
DRAIN_SECONDS = 45.0
#: Until the engine's first message; it has a shard to take and pairs to read.
START_SECONDS = 60.0
Audit = dict[str, object]


def measure(world: World, order: Order) -> Result:
    """Fill, accept beside it, drain for a while, audit."""
    messages = order.messages or MESSAGES
    with made(world, domains=500, sites=20, only=("lmtp",)) as field:
        with claims.logged(world.endpoints) as claimed:
            with engine_stopped(field.ours):
                before, figures = _filled(world, field, messages)
                beside = queue_up(field, field.letters(SEEDS), ours=field.ours)
            run = _drained(field, beside)
            command(world.endpoints, "stop", EGRESS)
        run = replace(run, arrivals=field.sink.arrivals())
        audit, figures["audit_s"] = _audit(world)
        figures["delivered"] = filling.delivered(world.endpoints, login=field.sender)
    figures |= {
        "accept_per_s_before": round(before.accepted_per_second, 1),
        "accept_per_s_beside": round(beside.accepted_per_second, 1),
        "drained": run.count,
        "drain_per_s": round(run.count / max(seconds_of(run), 0.001), 1),
        "claims": len(claimed),
        **(latencies("claim", [ms / 1000 for ms in claimed]) if claimed else {}),
        "copies": run.arrivals.copies,
    }
    besides = {"accepted_over_lmtp": 2 * SEEDS, "drain_s": DRAIN_SECONDS}
    return result(
        order, messages=messages, figures=figures, goals=goals(figures, audit),
        runs={}, besides=besides,
    )  # fmt: skip


def _filled(world: World, field: Field, messages: int) -> tuple[Run, dict[str, float]]:
    before = queue_up(field, field.letters(SEEDS), ours=field.ours)
    first, field.numbered = field.numbered, field.numbered + messages
    seconds, behind = filling.fill(
        world.endpoints, field.traffic, login=field.sender, count=messages, first=first
    )
    return before, {"fill_per_s": round(messages / seconds), "unread_events": behind}


def _drained(field: Field, beside: Run) -> Run:
    """Let the engine run for DRAIN_SECONDS from its first message on."""
    until = time.monotonic() + START_SECONDS
    while not field.sink.count() and time.monotonic() < until:
        time.sleep(0.05)
    time.sleep(DRAIN_SECONDS)
    return beside


def _audit(world: World) -> tuple[Audit, float]:
    began = time.monotonic()
    audit: Audit = json.loads(command(world.endpoints, "queue", "audit", "--json"))
    return audit, round(time.monotonic() - began, 1)


def goals(figures: dict[str, float], audit: Audit) -> tuple[Goal, ...]:
    """Claims stay short, the books balance, and what they call delivered is what the sink has."""
    apart = abs(figures["delivered"] - figures["drained"])
    told = (
        at_most("books_out_of_balance", 0 if audit["ok"] else 1, limit=0, unit="audits"),
        at_most("delivered_unlike_the_sink", apart, limit=0, unit="messages"),
        at_most("copies", figures["copies"], limit=0, unit="messages"),
    )
    if "claim_p99_ms" not in figures:
        return told
    return (*told, at_most("claim_p99_ms", figures["claim_p99_ms"], limit=20, unit="ms"))
