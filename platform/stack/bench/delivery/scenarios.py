"""What is measured under which name."""

import os
from collections.abc import Callable
from dataclasses import replace

from stack.bench.delivery import backlog, contest, deferrals, fairness, latency, limits, million
from stack.bench.delivery.order import Order
from stack.bench.figures import Result
from stack.demo.world import World

SCENARIOS: dict[str, Callable[[World, Order], Result]] = {
    "base": contest.measure,
    "latency": latency.measure,
    "deferrals": deferrals.measure,
    "fairness": fairness.measure,
    "limits": limits.measure,
    "backlog": backlog.measure,
    "million": million.measure,
}
WORDS = {
    "base": "everybody in turn, as fast as each can and at one pace",
    "latency": "10,000 domains, each with a mail host's name, at 20 and 300 ms",
    "deferrals": "three of ten first tries are put off",
    "fairness": "two resellers, 99 to 1: how long the small one waits",
    "limits": "four source addresses with a limit each: is it kept, and used",
    "backlog": "mail piles up while the engine is stopped, then it drains",
    "million": f"a big queue (--messages, else {million.MESSAGES:,}): claims, acceptance, drain, audit",
}
#: They leave behind what a stack in use should not have.
ALONE = frozenset({"limits", "million"})


def measure(world: World, order: Order) -> Result:
    """Run the scenario that was asked for."""
    load = os.getloadavg()[0]
    result = SCENARIOS[order.scenario](world, order)
    met = {"load_before": round(load, 1), "load_after": round(os.getloadavg()[0], 1)}
    return replace(result, conditions={**result.conditions, **met})
