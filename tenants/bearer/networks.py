"""From where a key is good: address ranges as people write them."""

import ipaddress
from collections.abc import Iterable

from tenants.bearer.errors import InvalidNetwork

MOST = 20
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def read_networks(texts: Iterable[str]) -> list[str]:
    """`192.0.2.0/24`, `2001:db8::1`… in one spelling, each once; raises InvalidNetwork."""
    found: dict[str, None] = {}
    for text in texts:
        try:
            found[str(ipaddress.ip_network(text.strip()))] = None
        except ValueError as error:
            raise InvalidNetwork(field="networks", reason="form", given=text[:50]) from error
    if len(found) > MOST:
        raise InvalidNetwork(field="networks", reason="too_many")
    return list(found)


def holds(networks: Iterable[str], address: str | None) -> bool:
    """Whether the address is in one of them; anything is when there is none."""
    ranges = [ipaddress.ip_network(text) for text in networks]
    if not ranges:
        return True
    return address is not None and any(ipaddress.ip_address(address) in one for one in ranges)


def is_within(networks: Iterable[str], outer: Iterable[str]) -> bool:
    """Whether nothing of `networks` lies outside `outer`; both non-empty."""
    ranges = [ipaddress.ip_network(text) for text in outer]
    return all(_inside(ipaddress.ip_network(text), ranges) for text in networks)


def _inside(network: Network, ranges: list[Network]) -> bool:
    for outer in ranges:
        if isinstance(network, ipaddress.IPv4Network):
            if isinstance(outer, ipaddress.IPv4Network) and network.subnet_of(outer):
                return True
        elif isinstance(outer, ipaddress.IPv6Network) and network.subnet_of(outer):
            return True
    return False
