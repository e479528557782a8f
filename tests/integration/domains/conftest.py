"""A small internet in memory, in which `shop.test` can be served as a test likes."""

from collections.abc import Callable
from dataclasses import replace

import dns.zone
import pytest
from pytest_django.fixtures import Settings

from kernel.dns.memory import MemoryExchange, zone
from mailcore.domains import selectors, services
from mailcore.domains.models import DnsCredential, Domain
from mailcore.protocol.dns_plan import value_of
from mailcore.protocol.dns_records import Record
from mailcore.protocol.dns_zone import RecordSet
from mailcore.zones.models import DnsPlan
from tests.integration.domains.zone_stage import OLD_MX, OLD_SPF, SETTINGS, D, Zone, work

ROOT, TLD, PRIMARY, SECONDARY = "10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"
#: Where the zone stands that we keep for clients.
KEPT = "10.0.0.5"


class Internet:
    """Root, `test.` and two name servers for one client domain."""

    def __init__(self, name: str) -> None:
        self.name = name
        label = name.removesuffix(".test")
        root = zone(".", f"test. NS ns.test.\nns.test. A {TLD}\n")
        self.tld = (
            f"{label} NS n1.{label}\n{label} NS n2.{label}\n"
            f"n1.{label} A {PRIMARY}\nn2.{label} A {SECONDARY}\n"
            'spf.infra TXT "v=spf1 -all"\n_spf.other TXT "v=spf1 -all"\n'
        )
        tld = zone("test.", self.tld)
        self.exchange = MemoryExchange(
            zones={ROOT: [root], TLD: [tld], PRIMARY: [self._zone("")], SECONDARY: []}
        )
        self.exchange.zones[SECONDARY] = self.exchange.zones[PRIMARY]

    def keep(self, records: list[Record]) -> None:
        """Serve what stands behind their aliases, in a zone of our own."""
        behind = [replace(r.behind, name=r.value) for r in records if r.behind is not None]
        lines = [_line(record) for record in behind]
        lines.append('spf TXT "v=spf1 -all"')
        kept = zone("infra.test.", "\n".join(["@ NS n.infra.test.", f"n A {KEPT}", *lines, ""]))
        leads_there = f"infra NS n.infra\nn.infra A {KEPT}\n"
        self.exchange.zones[TLD] = [zone("test.", self.tld + leads_there)]
        self.exchange.zones[KEPT] = [kept]

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


@pytest.fixture
def shop(acme) -> Domain:
    """`shop.test`, just added."""
    return services.add_domain(
        actor=acme.owner, organisation_id=acme.organisation.public_id, name=D
    )


@pytest.fixture
def credential(acme) -> DnsCredential:
    """A key for the client's zone."""
    return services.add_credential(
        actor=acme.owner, organisation_id=acme.organisation.public_id, kind="rfc2136",
        settings=SETTINGS,
    )  # fmt: skip


@pytest.fixture
def client_zone() -> Zone:
    """The client's zone, with another provider's mail in it."""
    standing = {
        (D, "MX"): RecordSet(values=(OLD_MX,), ttl=600),
        (D, "TXT"): RecordSet(values=("note", OLD_SPF), ttl=77),
        (f"www.{D}", "A"): RecordSet(values=("192.0.2.1",), ttl=60),
    }
    return Zone(zone=D, standing=standing)


@pytest.fixture
def made(acme, shop, credential, client_zone):
    """Plans for the domain."""

    def plan(**options: object) -> DnsPlan:
        given = {"credential_id": credential.public_id, "editor": client_zone, **options}
        return services.plan_dns(actor=acme.owner, domain_id=shop.public_id, **given)

    return plan


@pytest.fixture
def applied(acme, shop, client_zone):
    """Apply a plan and let the worker do its first piece of work."""

    def apply(plan: DnsPlan) -> DnsPlan:
        services.apply_dns_plan(
            actor=acme.owner, domain_id=shop.public_id, plan_id=plan.pk, editor=client_zone
        )
        return work(plan, client_zone)

    return apply
