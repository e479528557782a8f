"""Which hosts take mail for a domain, and in which order (RFC 5321 §5.1, RFC 7505)."""

from collections.abc import Collection, Sequence
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


def order(records: Sequence[MxRecord], *, random: Random) -> list[MxRecord]:
    """By preference, at random among equals, each host once in lower case, at most MAX_HOSTS."""
    shuffled = [(record.preference, random.random(), record.host.lower()) for record in records]
    hosts: dict[str, MxRecord] = {}
    for preference, _, host in sorted(shuffled):
        if host:
            hosts.setdefault(host, MxRecord(preference=preference, host=host))
    return list(hosts.values())[:MAX_HOSTS]


def before(records: Sequence[MxRecord], ourselves: Collection[str]) -> list[MxRecord]:
    """The hosts that stand before ours: mail never goes back to an equal or a worse one.

    `ourselves` are host names in lower case. Nothing is left when we are the best: a loop.
    """
    ours = [record.preference for record in records if record.host.lower() in ourselves]
    limit = min(ours, default=None)
    return [record for record in records if limit is None or record.preference < limit]


def is_private(address: str) -> bool:
    """Whether an address can never be another party's MX: loopback, private, link-local…"""
    found = ip_address(address)
    return not found.is_global or found.is_multicast
