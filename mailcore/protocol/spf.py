"""SPF records (RFC 7208): find, understand and merge them."""

import re

#: Mechanisms and the modifier that cost the receiver a DNS look-up (§4.6.4: at most ten).
_LOOKUPS = re.compile(r"^[+?~-]?(include:|a([:/]|$)|mx([:/]|$)|ptr(:|$)|exists:)|^redirect=")
_ALL = re.compile(r"^[+?~-]?all$")
MOST_LOOKUPS = 10


def is_spf(text: str) -> bool:
    """Whether a TXT value is an SPF record (§4.5: the version, then a space or the end)."""
    return text.lower() == "v=spf1" or text.lower().startswith("v=spf1 ")


def new(include: str) -> str:
    """A record that lets only `include` send."""
    return f"v=spf1 include:{include} -all"


def authorises(record: str, include: str) -> bool:
    """Whether the record reaches `include` before an `all` ends the evaluation."""
    for term in record.lower().split()[1:]:
        if term in {f"include:{include}", f"+include:{include}"}:
            return True
        if _ALL.match(term):
            return False
    return False


def merge(record: str, include: str) -> str:
    """The record with our include in it, everything else as it was (one record only: §3.2)."""
    if authorises(record, include):
        return record
    version, *terms = record.split()
    terms = [term for term in terms if term.lower() != f"include:{include}"]
    return " ".join([version, f"include:{include}", *terms])


def count_lookups(record: str) -> int:
    """How many look-ups the record itself asks for; those of included records come on top."""
    return sum(1 for term in record.lower().split()[1:] if _LOOKUPS.match(term))
