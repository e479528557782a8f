"""DNS questions to one server of the stack, and RFC 2136 updates signed with TSIG."""

import dns.name
import dns.query
import dns.rcode
import dns.resolver
import dns.tsig
import dns.tsigkeyring
import dns.update

from stack.client.endpoints import Endpoints, UpdateKey

SECONDS = 30


class UpdateRefusedError(Exception):
    """The DNS server refused an update; the text is its rcode."""


def stack_resolver(endpoints: Endpoints) -> dns.resolver.Resolver:
    """Return a resolver that asks the stack's own resolver and nobody else."""
    service = endpoints.service("dns_resolver")
    return resolver_at(service.address, service.port)


def resolver_at(address: str, port: int = 53) -> dns.resolver.Resolver:
    """Return a resolver without cache and search list that asks one server."""
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers = [address]
    resolver.port = port
    resolver.lifetime = SECONDS
    return resolver


def texts(resolver: dns.resolver.Resolver, name: str) -> list[bytes]:
    """Return the TXT strings of a name, each joined; [] when the name or the type does not exist.

    Raises dns.exception.Timeout and dns.resolver.NoNameservers when nobody knows.
    """
    try:
        answer = resolver.resolve(dns.name.from_text(name), "TXT")
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    return [b"".join(record.strings) for record in answer]


def replace_records(
    key: UpdateKey, *, zone: str, name: str, kind: str, values: list[str], ttl: int = 60
) -> None:
    """Make VALUES the only records of NAME and KIND in ZONE ([]: remove them) by RFC 2136.

    Raises UpdateRefusedError, or OSError or dns.exception.DNSException when the server does not answer well.
    """
    ring = dns.tsigkeyring.from_text({key.key_name: key.secret})
    update = dns.update.UpdateMessage(
        zone, keyring=ring, keyalgorithm=dns.name.from_text(key.algorithm)
    )
    owner = dns.name.from_text(name)
    update.delete(owner, kind)
    for value in values:
        update.add(owner, ttl, kind, value)
    try:
        answer = dns.query.tcp(update, key.server, timeout=SECONDS, port=key.port)
    except dns.tsig.PeerError as error:
        raise UpdateRefusedError(f"{key.server}: {error}") from error
    if answer.rcode() != dns.rcode.NOERROR:
        raise UpdateRefusedError(f"{key.server} answered {dns.rcode.to_text(answer.rcode())}")
