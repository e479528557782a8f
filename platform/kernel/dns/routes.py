"""Where this host can send to."""

from pathlib import Path

_ROUTES = Path("/proc/net/ipv6_route")


def has_ipv6() -> bool:
    """Whether this host has a route to all IPv6 addresses, as Linux tells it."""
    try:
        routes = _ROUTES.read_text(encoding="ascii").splitlines()
    except OSError:
        return False
    # Destination and length of its prefix first, the interface last; on `lo` are the ways to nowhere.
    fields = [route.split() for route in routes]
    return any(int(one[0], 16) == 0 and one[1] == "00" and one[-1] != "lo" for one in fields)
