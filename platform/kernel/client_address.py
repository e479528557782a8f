"""Which address a request came from, when proxies stand before us."""

import ipaddress
from functools import cache

from django.conf import settings
from django.http import HttpRequest

HEADER = "X-Forwarded-For"
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def client_address(request: HttpRequest) -> str | None:
    """The last address in front of our own proxies, or None when what they wrote is none.

    Anybody can send the header, so it counts only when the connection itself comes from one of
    `TRUSTED_PROXIES`; each proxy appends whom it was spoken to by, so it is read from its end,
    as far as proxies of ours wrote it.
    """
    said = request.headers.get(HEADER, "")
    chain = [one.strip() for one in said.split(",")] if said else []
    address = _read(str(request.META.get("REMOTE_ADDR", "")))
    while chain and address is not None and _is_ours(address):
        address = _read(chain.pop())
    return str(address) if address is not None else None


def _read(text: str) -> _Address | None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    # An IPv4 client of a socket that takes both comes as ::ffff:192.0.2.1.
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def _is_ours(address: _Address) -> bool:
    return any(address in network for network in _proxies(tuple(settings.TRUSTED_PROXIES)))


@cache
def _proxies(texts: tuple[str, ...]) -> tuple[_Network, ...]:
    return tuple(ipaddress.ip_network(text) for text in texts)
