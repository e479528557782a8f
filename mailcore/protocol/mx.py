"""Which hosts take mail for a domain, and in which order (RFC 5321 §5.1, RFC 7505)."""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from random import Random

#: Enough for any real site; a domain with more is not tried to the end.
MAX_HOSTS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class MxRecord:
    """One MX record; `host` without the trailing dot, empty in a null MX."""

    preference: int
    host: str


def is_null(records: Sequence[MxRecord]) -> bool:
    """A single MX of `.`: the domain takes no mail (RFC 7505)."""
    return len(records) == 1 and not records[0].host


def order(records: Sequence[MxRecord], *, random: Random) -> list[str]:
    """Host names by preference, at random among equals, each once, at most MAX_HOSTS."""
    shuffled = [(record.preference, random.random(), record.host) for record in records]
    hosts: dict[str, None] = {}
    for _, _, host in sorted(shuffled):
        if host:
            hosts.setdefault(host.lower(), None)
    return list(hosts)[:MAX_HOSTS]


def is_private(address: str) -> bool:
    """Whether an address can never be another party's MX: loopback, private, link-local…"""
    found = ip_address(address)
    return not found.is_global or found.is_multicast
