"""Scenario `latency`: far servers, 10,000 domains with a mail host's name each, none of them met before."""

from stack.bench.delivery import race
from stack.bench.delivery.field import HOSTS, made
from stack.bench.delivery.order import Order, result
from stack.bench.figures import Goal, Result, at_least
from stack.demo.world import World

DOMAINS = 10_000
#: With the warm-up of each run 3,000; with 9,800 every run meets every domain.
MESSAGES = 2_800
MILLISECONDS = (20, 300)


def measure(world: World, order: Order) -> Result:
    """The same number of strangers at each distance, first ours and then the yardstick."""
    messages = order.messages or MESSAGES
    figures: dict[str, float] = {}
    goals: list[Goal] = []
    only = order.only or ("lmtp", race.YARDSTICK)
    with made(world, domains=DOMAINS, sites=DOMAINS, only=only, in_turn=True) as field:
        for place, milliseconds in enumerate(MILLISECONDS):
            field.sink.behave(latency=milliseconds / 1000, deferrals=0)
            # Ours begins where the last distance did not come: what DNS said of those is known.
            field.go_to(DOMAINS // len(MILLISECONDS) * place)
            runs = race.compete(field, messages=messages, rounds=order.rounds)
            told = race.rows(runs) | race.ratios(runs)
            figures |= {f"{milliseconds}_ms.{key}": value for key, value in told.items()}
            goals.append(race.nothing_lost(runs))
    if "lmtp" in runs:
        rate = round(runs["lmtp"][-1].per_second, 1)
        goals.append(at_least("lmtp_per_s_at_300_ms", rate, limit=500, unit="msg/s"))
    besides = {"domains": DOMAINS, "mail_hosts": DOMAINS, "addresses_of_mail_hosts": HOSTS}
    return result(
        order, messages=messages, figures=figures, goals=tuple(goals), runs=runs, besides=besides
    )
