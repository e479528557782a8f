"""Which addresses can be a stranger's server."""

from ipaddress import IPv6Address, IPv6Network, ip_address

#: RFC 4291 §2.4: IPv6 beyond this is local, a group, or another way to write an IPv4 address.
_GLOBAL_UNICAST = IPv6Network("2000::/3")


def is_public(address: str) -> bool:
    """Whether one host on the internet can have this address."""
    found = ip_address(address)
    if isinstance(found, IPv6Address):
        # Inside are two more ways to write one of IPv4: 6to4 and Teredo.
        is_way_back = found.sixtofour is not None or found.teredo is not None
        return found.is_global and found in _GLOBAL_UNICAST and not is_way_back
    return found.is_global and not found.is_multicast
