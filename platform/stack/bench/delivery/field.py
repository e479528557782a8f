"""Everything a measurement needs, put up once: reseller, mailbox, domains, sink, and who competes."""

import os
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from stack.addresses import address, port
from stack.bench.delivery import zone
from stack.bench.delivery.measure import Contender
from stack.bench.delivery.ours import Ours, by_rest, over_lmtp, raise_limits, through_edge
from stack.bench.delivery.postfix import Plan, Postfix
from stack.bench.delivery.sink_client import Sink
from stack.bench.delivery.traffic import Letter, Traffic
from stack.demo.world import World, token

#: Mail hosts of the sink; sites beyond that share them.
HOSTS = 100

Entry = Callable[[], AbstractContextManager[Contender]]


@dataclass(slots=True, kw_only=True)
class Field:
    """Who competes, by name; each is entered for its run only."""

    traffic: Traffic
    sink: Sink
    sender: str
    entries: dict[str, Entry]
    ours: Ours
    #: Letters so far: no number is used twice, so that a late one is never taken for another's.
    numbered: int = 0

    def letters(self, count: int) -> Iterator[Letter]:
        """Return the next COUNT letters."""
        return self.letters_of(self.sender, count)

    def letters_of(self, sender: str, count: int) -> Iterator[Letter]:
        """Return the next COUNT letters, from this sender."""
        first, self.numbered = self.numbered, self.numbered + count
        return self.traffic.letters(count, sender=sender, first=first)

    def go_to(self, rank: int) -> None:
        """Let the next letter be for the domain at RANK, when domains come in turn."""
        self.numbered += (rank - self.numbered) % self.traffic.domains


@contextmanager
def made(
    world: World,
    *,
    domains: int,
    sites: int,
    only: Collection[str] = (),
    in_turn: bool = False,
) -> Iterator[Field]:
    """Start the sink and publish the domains; `world` has a verified domain and its first mailbox.

    ONLY names who competes; nobody named is everybody. IN_TURN: see Traffic.
    """
    endpoints = world.endpoints
    number = int(endpoints.raw["stack"])
    traffic = Traffic(zone=f"bench-{token()}.test", domains=domains, sites=sites, in_turn=in_turn)
    control = (address(number, "bench_control"), port("bench_control"))
    first = address(number, "bench_sink")
    with Sink(first=first, count=min(sites, HOSTS), control=control) as sink:
        raise_limits(endpoints, world.sender)
        zone.publish(endpoints, traffic, hosts=sink.addresses)
        plan = _plan(world, number, traffic, sink)
        ours = over_lmtp(endpoints, world.sender)
        entries: dict[str, Entry] = {
            "edge": lambda: nullcontext(through_edge(endpoints, world.sender)),
            "lmtp": lambda: nullcontext(ours),
            "rest": lambda: nullcontext(by_rest(endpoints, world.sender, world.acme.rest)),
            "postfix+opendkim": lambda: Postfix(plan, signs=True),
            "postfix": lambda: Postfix(plan, signs=False),
        }
        yield Field(
            traffic=traffic,
            sink=sink,
            sender=world.sender.address,
            entries={name: entries[name] for name in entries if not only or name in only},
            ours=ours,
        )


def conditions() -> dict[str, object]:
    """What the figures depend on besides the code."""
    return {
        "cpus": os.cpu_count(),
        "source_and_sink": "on the same machine, not counted as CPU of a contender",
    }


def _plan(world: World, number: int, traffic: Traffic, sink: Sink) -> Plan:
    raw = world.endpoints.raw
    return Plan(
        deploy=Path(str(raw["checkout"])) / "platform" / "deploy",
        folder=Path(str(raw["env_file"])).parent / "bench",
        listen=(address(number, "bench_postfix"), port("bench_postfix")),
        milter=(address(number, "bench_opendkim"), port("bench_opendkim")),
        domain=world.domain,
        traffic=traffic,
        hosts=sink.addresses,
        port=port("bench_sink"),
    )
