"""The domains of the bench in DNS: an MX record each, found by the stack's real resolver."""

from collections.abc import Iterator, Sequence
from functools import partial

import dns.name
import dns.query
import dns.rcode
import dns.resolver
import dns.tsigkeyring
import dns.update

from stack.bench.delivery.traffic import Traffic
from stack.client.endpoints import Endpoints, UpdateKey
from stack.client.lookup import UpdateRefusedError, stack_resolver
from stack.client.waiting import wait_for
from stack.outside.client import OutsideClient

TTL = 3600
#: Records of one update: a message over TCP ends at 64 KB.
AT_ONCE = 500
SECONDS = 30
Record = tuple[str, str, str]


def publish(endpoints: Endpoints, traffic: Traffic, *, hosts: Sequence[str]) -> None:
    """Buy the zones, fill them, and wait until the resolver knows the last name of each."""
    key, registrar = endpoints.update_key("dns_update"), OutsideClient(endpoints)
    by_zone: dict[str, list[Record]] = {name: [] for name in traffic.zones}
    for record in records(traffic, hosts=hosts):
        by_zone[".".join(record[0].rsplit(".", 3)[1:3])].append(record)
    for name, waiting in by_zone.items():
        registrar.buy_zone(name)
        for at in range(0, len(waiting), AT_ONCE):
            _update(key, name, waiting[at : at + AT_ONCE])
    resolver = stack_resolver(endpoints)
    for name, waiting in by_zone.items():
        last, kind, _ = waiting[-1]
        wait_for(
            partial(_is_known, resolver, last, kind),
            what=f"the zone {name}",
            seconds=SECONDS,
            every=0.2,
        )


def _is_known(resolver: dns.resolver.Resolver, name: str, kind: str) -> bool:
    try:
        return bool(resolver.resolve(name, kind))
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer, dns.resolver.NoNameservers):
        return False


def records(traffic: Traffic, *, hosts: Sequence[str]) -> Iterator[Record]:
    """Yield (name, type, data): sites share the addresses in turn, domains the sites."""
    for site in range(traffic.sites):
        yield f"{traffic.host(site)}.", "A", hosts[site % len(hosts)]
    for rank in range(traffic.domains):
        yield f"{traffic.domain(rank)}.", "MX", f"10 {traffic.host(traffic.site_of(rank))}."
        # No policy of MTA-STS, in words that may be remembered: the stack's resolver forgets after
        # two seconds that there is none, others after minutes.
        yield f"_mta-sts.{traffic.domain(rank)}.", "TXT", "none"


def _update(key: UpdateKey, zone: str, some: Sequence[Record]) -> None:
    ring = dns.tsigkeyring.from_text({key.key_name: key.secret})
    update = dns.update.UpdateMessage(
        f"{zone}.", keyring=ring, keyalgorithm=dns.name.from_text(key.algorithm)
    )
    for name, kind, data in some:
        update.add(dns.name.from_text(name), TTL, kind, data)
    answer = dns.query.tcp(update, key.server, timeout=SECONDS, port=key.port)
    if answer.rcode() != dns.rcode.NOERROR:
        raise UpdateRefusedError(f"{key.server} answered {dns.rcode.to_text(answer.rcode())}")
