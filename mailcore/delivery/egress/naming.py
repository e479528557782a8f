"""Is an address of this machine, and does its name lead to it and back (FCrDNS)?"""

import socket
from collections.abc import Iterator

import dns.exception
import dns.resolver
import dns.reversename

LIFETIME = 5.0


def is_here(address: str) -> bool:
    """Whether this machine can send from it."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as tried:
        try:
            tried.bind((address, 0))
        except OSError:
            return False
    return True


def doubts(*, address: str, ehlo: str, resolver: tuple[str, int]) -> Iterator[str]:
    """Why servers may refuse the name that an address greets with; empty when all is well."""
    asked = dns.resolver.Resolver(configure=False)
    asked.nameservers, asked.port, asked.lifetime = [resolver[0]], resolver[1], LIFETIME
    forward = _found(asked, f"{ehlo}.", "A")
    back = _found(asked, dns.reversename.from_address(address).to_text(), "PTR")
    if address not in forward:
        yield f"{ehlo} leads to {', '.join(forward) or 'no address'}, not to {address}"
    if ehlo not in back:
        yield f"{address} leads back to {', '.join(back) or 'no name'}, not to {ehlo}"


def _found(asked: dns.resolver.Resolver, name: str, kind: str) -> list[str]:
    try:
        return [record.to_text().rstrip(".").lower() for record in asked.resolve(name, kind)]
    except dns.exception.DNSException:
        return []
