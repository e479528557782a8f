"""Scenario `limits`: four source addresses with a rate each; is it kept, is it used, do they really send?"""

from collections import defaultdict
from collections.abc import Sequence

from stack.addresses import address
from stack.bench.delivery import race
from stack.bench.delivery.backlog import drained, engine_stopped, queue_up
from stack.bench.delivery.field import made
from stack.bench.delivery.order import Order, result
from stack.bench.delivery.ours import command, folder_of
from stack.bench.delivery.places import addresses_from
from stack.bench.delivery.sink_client import Arrivals
from stack.bench.figures import Goal, Result, at_least, at_most
from stack.client.endpoints import Endpoints
from stack.demo.world import World

MESSAGES = 2_000
SOURCES = 4
#: Recipients per second from each address.
RATE = 25
#: Sliding windows in seconds → how often the limit may be in one. A bucket holds a fifth of a second.
WINDOWS = {10: 1.05, 1: 1.2}
#: Of the limit, while there is enough to send.
LEAST_USE = 0.9
POOL = "bench"
NAME = "bench-limits"


def measure(world: World, order: Order) -> Result:
    """What each address sends, at most and in the mean."""
    messages = order.messages or MESSAGES
    ours = addresses_from(address(int(world.endpoints.raw["stack"]), "bench_source"), SOURCES)
    with made(world, domains=100, sites=100, only=("lmtp",)) as field:
        with engine_stopped(field.ours):
            _arrange(world.endpoints, ours)
            queued = queue_up(field, field.letters(messages), ours=field.ours)
        run = drained(field, queued)
    seen = by_source(run.arrivals)
    figures = told(seen)
    besides = {"per_s_of_each": RATE, "addresses": " ".join(ours)}
    return result(
        order, messages=messages, figures=figures, runs={}, besides=besides,
        goals=(race.nothing_lost({"lmtp": [run]}), *goals(seen, wanted=ours)),
    )  # fmt: skip


def by_source(arrivals: Arrivals) -> dict[str, list[float]]:
    """Source address → times of MAIL in their order, as the sink saw them."""
    seen = defaultdict(list)
    for number, source in arrivals.sources.items():
        seen[source].append(arrivals.times[number][0])
    return {source: sorted(seen[source]) for source in sorted(seen)}


def most_within(times: Sequence[float], seconds: float) -> int:
    """The most of these ascending times that any window of so many seconds holds."""
    most = first = 0
    for place, time in enumerate(times):
        while times[first] <= time - seconds:
            first += 1
        most = max(most, place - first + 1)
    return most


def mean_rate(times: Sequence[float]) -> float:
    """Per second, from the first to the last."""
    return (len(times) - 1) / max(times[-1] - times[0], 0.001) if len(times) > 1 else 0.0


def overshoot(times: Sequence[float], seconds: float) -> float:
    """The fullest window as a multiple of what the limit allows in it."""
    return round(most_within(times, seconds) / (RATE * seconds), 3)


def told(seen: dict[str, list[float]]) -> dict[str, float]:
    """Of each address: messages, mean rate, and the fullest windows."""
    figures: dict[str, float] = {}
    for source, times in seen.items():
        figures[f"{source}.messages"] = len(times)
        figures[f"{source}.per_s"] = round(mean_rate(times), 2)
        for seconds in WINDOWS:
            figures[f"{source}.overshoot_{seconds}_s"] = overshoot(times, seconds)
    return figures


def goals(seen: dict[str, list[float]], *, wanted: Sequence[str]) -> tuple[Goal, ...]:
    """All four send and nobody else; none beyond its limit; each as much as it may."""
    foreign = sum(len(times) for source, times in seen.items() if source not in wanted)
    slowest = min((mean_rate(times) for times in seen.values()), default=0.0)
    kept = [
        at_most(
            f"overshoot_{seconds}_s",
            max((overshoot(times, seconds) for times in seen.values()), default=0.0),
            limit=most,
            unit="times",
        )
        for seconds, most in WINDOWS.items()
    ]
    return (
        at_least("sources", len(seen.keys() & set(wanted)), limit=len(wanted), unit="addresses"),
        at_most("from_elsewhere", foreign, limit=0, unit="messages"),
        *kept,
        at_least("used", round(slowest / RATE, 3), limit=LEAST_USE, unit="of the limit"),
    )


def _arrange(endpoints: Endpoints, addresses: Sequence[str]) -> None:
    """As the operator: four warm addresses in a pool of their own for the mail of mailboxes, and their rates."""
    command(endpoints, "egress", "add-pool", POOL)
    for place, one in enumerate(addresses, 1):
        command(endpoints, "egress", "add-source", one, f"bench{place}.infra.test", "--warm")
        command(endpoints, "egress", "add-member", POOL, one)
    command(endpoints, "egress", "map", "mailbox", POOL)
    rules = folder_of(endpoints) / "bench" / f"{NAME}.toml"
    rules.parent.mkdir(exist_ok=True)
    rules.write_text(rule_text(addresses))
    command(endpoints, "shaping", "set", str(rules))


def rule_text(addresses: Sequence[str]) -> str:
    """The operator's rule file."""
    lines = [f'"{one}" = "{RATE}/s"' for one in addresses]
    return "\n".join(["[limit.sources]", *lines, ""])
