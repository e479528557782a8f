"""What a set of values found in DNS means for the record that we expect there."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from mailcore.protocol import dns_records, spf
from mailcore.protocol.dns_records import Record


class Outcome(StrEnum):
    """As stored: nothing said so far, as it should be, absent, something else there, no answer."""

    UNCHECKED = "unchecked"
    MATCH = "match"
    MISSING = "missing"
    CONFLICT = "conflict"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """An outcome with its reason as a stable code (empty: nothing to add)."""

    outcome: Outcome
    code: str = ""


_MATCH = Judgement(outcome=Outcome.MATCH)


def judge(record: Record, found: Sequence[str]) -> Judgement:
    """Compare what stands at the record's name; MX values are `priority host`."""
    if record.type == "TXT":
        found = [value.strip() for value in found]
    return _RULES[record.purpose](record, found)


def _missing(code: str) -> Judgement:
    return Judgement(outcome=Outcome.MISSING, code=code)


def _conflict(code: str) -> Judgement:
    return Judgement(outcome=Outcome.CONFLICT, code=code)


def _ownership(record: Record, found: Sequence[str]) -> Judgement:
    if record.value in found:
        return _MATCH
    marked = [value for value in found if value.startswith("mail-ownership=")]
    return _conflict("ownership.other") if marked else _missing("ownership.missing")


def _mx(record: Record, found: Sequence[str]) -> Judgement:
    hosts = {value.split()[-1].rstrip(".").lower() for value in found}
    if not hosts:
        return _missing("mx.missing")
    if hosts == {""}:  # RFC 7505: a single dot says that the domain takes no mail
        return _conflict("mx.null")
    if hosts == {record.value}:
        return _MATCH
    return _conflict("mx.mixed" if record.value in hosts else "mx.other")


def _spf(record: Record, found: Sequence[str]) -> Judgement:
    policies = [value for value in found if spf.is_spf(value)]
    if not policies:
        return _missing("spf.missing")
    if len(policies) > 1:
        return _conflict("spf.several")
    include = record.value.split("include:")[1].split()[0]
    if not spf.authorises(policies[0], include):
        return _conflict("spf.not_included")
    if spf.count_lookups(policies[0]) > spf.MOST_LOOKUPS:
        return _conflict("spf.too_many_lookups")
    return _MATCH


def _dkim(record: Record, found: Sequence[str]) -> Judgement:
    keys = [tags for value in found if "p" in (tags := parse_tags(value))]
    expected = parse_tags(record.value)
    if not expected["p"]:
        return _withdrawn(keys)
    if not keys:
        return _missing("dkim.missing")
    if len(keys) > 1:
        return _conflict("dkim.several")
    shown = keys[0]
    if not shown["p"]:
        return _conflict("dkim.revoked")
    # RFC 6376 §3.6.1: k= defaults to rsa, and white space inside p= says nothing.
    same = _squeeze(shown["p"]) == expected["p"] and shown.get("k", "rsa") == expected["k"]
    return _MATCH if same else _conflict("dkim.other_key")


def _withdrawn(keys: Sequence[Mapping[str, str]]) -> Judgement:
    """An empty key says that it is withdrawn (RFC 6376 §3.6.1)."""
    if any(key["p"] for key in keys):
        return _conflict("dkim.still_shown")
    return _MATCH if keys else _missing("dkim.withdrawn")


def _dmarc(_: Record, found: Sequence[str]) -> Judgement:
    policies = [value for value in found if _DMARC.match(value)]
    if not policies:
        return _missing("dmarc.missing")
    if len(policies) > 1:
        return _conflict("dmarc.several")
    if parse_tags(policies[0]).get("p", "").lower() not in {"none", "quarantine", "reject"}:
        return _conflict("dmarc.invalid")
    return _MATCH  # a stricter policy than ours is the client's own choice, and we align


_DMARC = re.compile(r"v\s*=\s*DMARC1\s*(;|$)")


def parse_tags(text: str) -> dict[str, str]:
    """A tag=value list (RFC 6376 §3.2); what is no tag is left out."""
    pairs = (part.split("=", 1) for part in text.split(";") if "=" in part)
    return {name.strip(): value.strip() for name, value in pairs}


def _squeeze(text: str) -> str:
    return "".join(text.split())


_RULES: dict[str, Callable[[Record, Sequence[str]], Judgement]] = {
    dns_records.OWNERSHIP: _ownership,
    dns_records.MX: _mx,
    dns_records.SPF: _spf,
    dns_records.DKIM_RSA: _dkim,
    dns_records.DKIM_ED25519: _dkim,
    dns_records.DMARC: _dmarc,
}
