"""Scenario `base`: everybody in turn, as fast as each can and at one pace."""

from stack.bench.delivery import race
from stack.bench.delivery.field import made
from stack.bench.delivery.measure import Run
from stack.bench.delivery.order import Order, result
from stack.bench.figures import Goal, Result, at_most, percentile
from stack.demo.world import World

MESSAGES = 2000


def measure(world: World, order: Order) -> Result:
    """Rates, waits, CPU and WAL of everybody, and the ratios to the yardstick."""
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
    return result(order, messages=messages, figures=figures, goals=goals, runs=runs)


def _first_connect(run: Run) -> tuple[Goal, ...]:
    """The promise about the time from acceptance to the first word with the other side."""
    waits = run.until_mail()
    if not waits:
        return ()
    wait = round(percentile(waits, 0.99) * 1000, 1)
    return (at_most("lmtp_accept_to_mail_p99_at_200_per_s", wait, limit=250, unit="ms"),)
