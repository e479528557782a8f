"""Scenario `deferrals`: three of ten first tries are put off with 451."""

from stack.bench.delivery import race
from stack.bench.delivery.contest import MESSAGES
from stack.bench.delivery.field import made
from stack.bench.delivery.order import Order, result
from stack.bench.figures import Result
from stack.demo.world import World

SHARE = 0.3
#: Seconds: retries come later than anything else here.
PATIENCE = 120.0


def measure(world: World, order: Order) -> Result:
    """How fast first tries are, and whether everything arrives in the end."""
    messages = order.messages or MESSAGES
    with made(world, domains=500, sites=20, only=order.only) as field:
        field.sink.behave(latency=0, deferrals=SHARE)
        runs = race.compete(field, messages=messages, rounds=order.rounds, patience=PATIENCE)
    figures = race.rows(runs)
    for name, some in runs.items():
        figures[f"{name}.first_tries_per_s"] = round(some[-1].first_tries_per_second, 1)
    goals = (race.nothing_lost(runs),)
    return result(order, messages=messages, figures=figures, goals=goals, runs=runs)
