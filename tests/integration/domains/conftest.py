"""A small internet in memory, in which `shop.test` can be served as a test likes."""

from collections.abc import Callable
from dataclasses import replace

import dns.zone
import pytest
from pytest_django.fixtures import Settings

from kernel.dns.memory import MemoryExchange, zone
from mailcore.domains import selectors
from mailcore.domains.models import Domain
from mailcore.protocol.dns_plan import value_of
from mailcore.protocol.dns_records import Record

ROOT, TLD, PRIMARY, SECONDARY = "10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"


class Internet:
    """Root, `test.` and two name servers for one client domain."""

    def __init__(self, name: str) -> None:
        self.name = name
        label = name.removesuffix(".test")
        root = zone(".", f"test. NS ns.test.\nns.test. A {TLD}\n")
        tld = zone(
            "test.",
            f"{label} NS n1.{label}\n{label} NS n2.{label}\n"
            f"n1.{label} A {PRIMARY}\nn2.{label} A {SECONDARY}\n"
            'spf.infra TXT "v=spf1 -all"\n_spf.other TXT "v=spf1 -all"\n',
        )
        self.exchange = MemoryExchange(
            zones={ROOT: [root], TLD: [tld], PRIMARY: [self._zone("")], SECONDARY: []}
        )
        self.exchange.zones[SECONDARY] = self.exchange.zones[PRIMARY]

    def keep(self, records: list[Record]) -> None:
        """Serve what stands behind their aliases, in a zone of our own."""
        behind = [replace(r.behind, name=r.value) for r in records if r.behind is not None]
        lines = [_line(record) for record in behind]
        lines.append('spf TXT "v=spf1 -all"')
        kept = zone("infra.test.", "\n".join(["@ NS n.infra.test.", *lines, ""]))
        for served in self.exchange.zones.values():
            served.append(kept)

    def publish(self, records: list[Record], extra: str = "", *, at: str = "") -> None:
        """Serve these records at both servers, or only at one."""
        served = [self._zone("\n".join([*map(_line, records), extra, ""]))]
        for address in [at] if at else [PRIMARY, SECONDARY]:
            self.exchange.zones[address] = served

    def _zone(self, records: str) -> dns.zone.Zone:
        return zone(f"{self.name}.", f"@ NS n1\nn1 A {PRIMARY}\n{records}")


def _line(record: Record) -> str:
    if record.type != "TXT":
        return f"{record.name}. {record.type} {value_of(record)}."
    parts = [record.value[i : i + 250] for i in range(0, len(record.value), 250)]
    return f"{record.name}. TXT " + " ".join(f'"{part}"' for part in parts)


@pytest.fixture
def internet(settings: Settings) -> Callable[[str], Internet]:
    """Make the internet of a domain; the walk starts at its root."""
    settings.DNS_ROOTS = [ROOT]
    settings.ALLOW_PRIVATE_TARGETS = True
    return Internet


@pytest.fixture
def publish_all() -> Callable[[Internet, Domain], None]:
    """Publish everything that the domain should have."""

    def publish(net: Internet, domain: Domain) -> None:
        net.publish(selectors.expected_records(domain))

    return publish
