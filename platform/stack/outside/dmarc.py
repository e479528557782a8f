"""DMARC as a receiver evaluates it (RFC 7489 §6.6): policy discovery, alignment, result. No I/O of its own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from publicsuffixlist import PublicSuffixList

from stack.outside.records import DkimVerdict, DmarcVerdict

TxtLookup = Callable[[str], list[bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The tags of a policy record that decide: p/sp, adkim, aspf."""

    disposition: str
    strict_dkim: bool
    strict_spf: bool


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


def organisational_domain(domain: str) -> str:
    """Return the organisational domain (RFC 7489 §3.2); an unknown top level counts as a public suffix."""
    return str(_suffixes().privatesuffix(domain.lower().rstrip(".")) or domain.lower())


def read_policy(record: bytes, *, for_subdomain: bool) -> Policy | None:
    """Read one TXT record; None when it is no valid DMARC policy record (RFC 7489 §6.3)."""
    pairs = [
        part.split("=", 1) for part in record.decode("ascii", "replace").split(";") if "=" in part
    ]
    tags = [(name.strip().lower(), value.strip()) for name, value in pairs]
    if not tags or tags[0] != ("v", "DMARC1"):
        return None
    values = dict(tags)
    disposition = values.get("p", "").lower()
    if for_subdomain:
        disposition = values.get("sp", disposition).lower()
    if disposition not in ("none", "quarantine", "reject"):
        return None
    return Policy(
        disposition=disposition,
        strict_dkim=values.get("adkim", "r").lower() == "s",
        strict_spf=values.get("aspf", "r").lower() == "s",
    )


def find_policy(domain: str, lookup: TxtLookup) -> Policy | None:
    """Look a policy up at the domain, then at its organisational domain; two valid records are none."""
    organisation = organisational_domain(domain)
    for place in dict.fromkeys((domain, organisation)):
        found = [
            policy
            for record in lookup(f"_dmarc.{place}")
            if (policy := read_policy(record, for_subdomain=place != domain))
        ]
        if found:
            return found[0] if len(found) == 1 else None
    return None


def aligned(authenticated: str, author: str, *, strict: bool) -> bool:
    """Whether two domains align: equal, or (relaxed) of one organisation (RFC 7489 §3.1)."""
    left, right = authenticated.lower().rstrip("."), author.lower().rstrip(".")
    if strict:
        return left == right
    return organisational_domain(left) == organisational_domain(right)


def evaluate(
    *,
    author: str,
    spf_domain: str,
    spf: str,
    dkim: Sequence[DkimVerdict],
    lookup: TxtLookup,
) -> DmarcVerdict:
    """Return the verdict for a message whose From has domain AUTHOR."""
    policy = find_policy(author, lookup)
    strict_spf = policy.strict_spf if policy else False
    strict_dkim = policy.strict_dkim if policy else False
    by_spf = spf == "pass" and aligned(spf_domain, author, strict=strict_spf)
    by_dkim = any(
        one.result == "pass" and aligned(one.domain, author, strict=strict_dkim) for one in dkim
    )
    result = "none"
    if policy is not None:
        result = "pass" if by_spf or by_dkim else "fail"
    return DmarcVerdict(
        result=result,
        policy=policy.disposition if policy else None,
        aligned_spf=by_spf,
        aligned_dkim=by_dkim,
    )
