"""By hand: one provider of five refuses, and Redis vanishes from two workers (docs/benchmarks/faults.md)."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise

import psycopg
import pytest

from stack.bench.delivery.limits import most_within
from stack.bench.delivery.ours import command, folder_of, over_lmtp, raise_limits
from stack.client.endpoints import Endpoints
from stack.client.waiting import wait_for
from stack.demo.world import World
from tests.faults.cable import Cable
from tests.faults.dns_faults import Zone
from tests.faults.hosts import Hosts, Mode
from tests.faults.measured import by_hand, in_turn, sending
from tests.faults.workers import EGRESS, PartsLike, Workers

#: Messages per second to all providers; seconds until what waited for the worker's start is gone.
PROVIDERS, RATE, SETTLED = 5, 20, 20
MODES: tuple[Mode, ...] = ("well", "refuses", "well")
WINDOW = 10
#: Recipients per second of the limit that Redis vanishes under; domains of the one site.
LIMIT, DOMAINS = 10, 8
#: Accepted per second, and seconds of each phase.
SUPPLY, PHASE = 15, 30
LIVING = """
SELECT count(*) FROM public.egress_shard
WHERE node = 'node1' AND heartbeat > clock_timestamp() - interval '8 seconds'
"""
PATIENCE = 300


@by_hand
@pytest.mark.parametrize(
    ("scale", "changes"), [(1.0, (50, 170, 180)), (0.05, (50, 110, 290))], ids=["fall", "recovery"]
)
def test_one_provider_of_five_refuses(
    world: World,
    parts: PartsLike,
    endpoints: Endpoints,
    scale: float,
    changes: tuple[float, float, float],
) -> None:
    """CHANGES: seconds when the storm begins, when it is over, and the end."""
    zone, workers = Zone(endpoints), Workers(endpoints, parts)
    net = zone.outside.rpartition(".")[0]
    places = [f"{net}.{101 + number}" for number in range(PROVIDERS)]
    mark = f"{changes[1]}-{world.mark}"
    domains = {f"p{number}-{mark}.{zone.name}": place for number, place in enumerate(places)}
    records = [zone.in_order(domain, at=place) for domain, place in domains.items()]
    zone.put({key: values for some in records for key, values in some.items()})
    _let_send(world, endpoints)
    door = over_lmtp(endpoints, world.sender).door
    letters = in_turn(list(domains), sender=world.sender.address)
    with Hosts(places) as hosts, workers.instead():
        workers.start(delay_scale=scale)
        first, *others = (hosts.by_address[place] for place in places)
        with sending(door, letters, rate=RATE) as sent:
            wait_for(lambda: first.arrivals, what="the first message", seconds=PATIENCE)
            began = time.monotonic() + SETTLED
            for mode, until in zip(MODES, changes, strict=True):
                first.mode = mode
                time.sleep(max(0.0, began + until - time.monotonic()))
    spans = pairwise([began, *(began + one for one in changes)])
    kept = [one for host in others for one in host.arrivals]
    rates = [rate(kept, *span) for span in spans]
    supply = RATE * len(others) / PROVIDERS
    print(
        f"{len(sent[0].accepted)} accepted, {len(sent[0].refused)} refused; {supply:g}/s are for others"
    )
    print(f"others get before, during, after: {[f'{one:.2f}/s' for one in rates]}")
    print(f"its tries in each {WINDOW} s: {by_window(first.tries, began, changes[-1])}")
    print(f"its arrivals in each {WINDOW} s: {by_window(first.arrivals, began, changes[-1])}")
    usual = rate(first.tries, began, began + changes[0])
    late = rate(first.tries, began + changes[0] + 60 * scale, began + changes[1])
    assert rates[1] >= 0.95 * rates[0]
    assert late <= 0.1 * usual, (late, usual)


@by_hand
def test_redis_vanishes_from_one_worker_and_then_from_both(
    world: World, parts: PartsLike, endpoints: Endpoints
) -> None:
    zone, workers = Zone(endpoints), Workers(endpoints, parts)
    place, site = zone.spare[0], f"limited-{world.mark}.{zone.name}"
    domains = [f"l{number}-{world.mark}.{zone.name}" for number in range(DOMAINS)]
    zone.put({(site, "A"): [place]} | {(one, "MX"): [f"10 {site}."] for one in domains})
    _let_send(world, endpoints)
    door = over_lmtp(endpoints, world.sender).door
    letters = in_turn(domains, sender=world.sender.address)
    with Hosts([place]) as hosts, Cable(endpoints) as cable:
        host = hosts.by_address[place]
        with two_shards(endpoints), limited(endpoints, site):
            # A new process knows the rule before it claims anything.
            parts.kill(EGRESS)
            with workers.beside(redis_url=cable.url), sending(door, letters, rate=SUPPLY) as sent:
                _both_live(endpoints)
                marks = list(_phases(parts, cable))
        phases = list(pairwise(marks))
        measured = [f"{rate(host.arrivals, *span):.2f}/s" for span in phases]
        most = most_within([one for one in host.arrivals if one < marks[-1]], WINDOW) / WINDOW
        wait_for(lambda: len(host.kept) >= len(sent[0].accepted), what="the rest", seconds=PATIENCE)
    print(f"with Redis, one without, both without, both with it again: {measured} of {LIMIT}/s")
    print(
        f"at most {most:.2f}/s in any {WINDOW} s; {len(sent[0].accepted)} accepted, {host.kept.total()} arrived"
    )
    assert most <= 1.2 * LIMIT
    assert host.kept.total() == len(sent[0].accepted)


def _phases(parts: PartsLike, cable: Cable) -> Iterator[float]:
    """The moments between which things were different, the last one is the end."""
    acts: tuple[Callable[[], None], ...] = (
        lambda: None,
        cable.cut,
        lambda: parts.stop("redis"),
        lambda: _both_again(parts, cable),
    )
    for act in acts:
        act()
        yield time.monotonic()
        time.sleep(PHASE)
    yield time.monotonic()


def _both_again(parts: PartsLike, cable: Cable) -> None:
    cable.mend()
    parts.start("redis")


def rate(times: list[float], since: float, until: float) -> float:
    """Per second."""
    return sum(1 for one in times if since <= one < until) / (until - since)


def by_window(times: list[float], began: float, seconds: float) -> list[int]:
    """How many in each WINDOW."""
    starts = range(0, round(seconds), WINDOW)
    return [round(WINDOW * rate(times, began + at, began + at + WINDOW)) for at in starts]


@contextmanager
def two_shards(endpoints: Endpoints) -> Iterator[None]:
    """The node's queue is shared by two processes while the block runs."""
    command(endpoints, "queue", "shards", "node1", "2")
    try:
        yield
    finally:
        command(endpoints, "queue", "shards", "node1", "1")


@contextmanager
def limited(endpoints: Endpoints, site: str) -> Iterator[None]:
    """A site takes no more than LIMIT while the block runs."""
    rules = folder_of(endpoints) / "storm-limit.toml"
    rules.write_text(f'[site."{site}"]\nmessage_rate = "{LIMIT}/s"\n')
    command(endpoints, "manage", "shaping", "set", str(rules))
    try:
        yield
    finally:
        command(endpoints, "manage", "shaping", "unset", rules.stem)


def _let_send(world: World, endpoints: Endpoints) -> None:
    """No limit of the mailbox; those of the sites stay."""
    raise_limits(endpoints, world.sender)
    command(endpoints, "manage", "shaping", "unset", "bench")


def _both_live(endpoints: Endpoints) -> None:
    def look() -> bool:
        with psycopg.connect(str(endpoints.raw["dsn"]["delivery"])) as connection:
            row = connection.execute(LIVING).fetchone()
        return row == (2,)

    wait_for(look, what="two workers", seconds=PATIENCE)
