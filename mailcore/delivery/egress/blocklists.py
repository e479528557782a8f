"""Asking a DNSBL about an address, and reading what it says (RFC 5782)."""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, ip_address
from typing import Literal

Finding = Literal["clean", "listed", "refused", "unanswered"]

#: §2.1 and §5: an entry is an address in 127/8; these two are for testing a list itself.
ENTRIES = IPv4Network("127.0.0.0/8")
LISTED_FOR_TEST, NEVER_LISTED = "127.0.0.2", "127.0.0.1"
#: How Spamhaus and others say "not to you": a public resolver, too many questions.
REFUSALS = IPv4Network("127.255.255.0/24")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a zone said about an address; `evidence`: its addresses and text."""

    address: str
    zone: str
    finding: Finding
    evidence: str = ""


def name_of(address: str, *, zone: str) -> str:
    """Where a zone says something about an address: its octets or nibbles in reverse (§2.1, §2.4)."""
    reverse = ip_address(address).reverse_pointer
    return f"{reverse.removesuffix('.in-addr.arpa').removesuffix('.ip6.arpa')}.{zone}"


def read(addresses: Sequence[str] | None) -> Finding:
    """What the A records mean; None: no answer. Addresses outside 127/8 are a parked domain's."""
    if addresses is None:
        return "unanswered"
    if not addresses:
        return "clean"
    entries = [ip_address(address) for address in addresses]
    if any(entry in ENTRIES and entry not in REFUSALS for entry in entries):
        return "listed"
    return "refused"
