"""One rule for each kind of record: what is found at its name, and what that means."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from mailcore.protocol import dns_records, mail_hosts, mta_sts, spf
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
    """An outcome with its reason as a stable code (empty: nothing to add) and its parameters."""

    outcome: Outcome
    code: str = ""
    params: Mapping[str, str] = field(default_factory=dict)


def match(code: str = "") -> Judgement:
    """As it should be; a code says what could be better still."""
    return Judgement(outcome=Outcome.MATCH, code=code)


def missing(code: str) -> Judgement:
    """Nothing of the kind is there."""
    return Judgement(outcome=Outcome.MISSING, code=code)


def conflict(code: str, **params: str) -> Judgement:
    """Something else is there."""
    return Judgement(outcome=Outcome.CONFLICT, code=code, params=params)


def parse_tags(text: str) -> dict[str, str]:
    """A tag=value list (RFC 6376 §3.2); what is no tag is left out."""
    pairs = (part.split("=", 1) for part in text.split(";") if "=" in part)
    return {name.strip(): value.strip() for name, value in pairs}


def _ownership(record: Record, found: Sequence[str]) -> Judgement:
    if record.value in found:
        return match()
    marked = [value for value in found if value.startswith("mail-ownership=")]
    return conflict("ownership.other") if marked else missing("ownership.missing")


def _mx(record: Record, found: Sequence[str]) -> Judgement:
    hosts = {value.split()[-1].rstrip(".").lower() for value in found}
    if not hosts:
        return missing(f"{record.purpose}.missing")
    if hosts == {""}:  # RFC 7505: a single dot says that the domain takes no mail
        return conflict(f"{record.purpose}.null")
    if hosts == {record.value}:
        return match()
    if record.value in hosts:
        return conflict(f"{record.purpose}.mixed")
    provider = mail_hosts.provider_named(sorted(hosts))
    if provider and record.purpose == dns_records.MX:
        return conflict("mx.provider", provider=provider)
    return conflict(f"{record.purpose}.other")


def _spf(record: Record, found: Sequence[str]) -> Judgement:
    policies = [value for value in found if spf.is_spf(value)]
    if not policies:
        return missing("spf.missing")
    if len(policies) > 1:
        return conflict("spf.several")
    if not spf.authorises(policies[0], spf.first_include(record.value)):
        return conflict("spf.not_included")
    return match()


def _dkim(record: Record, found: Sequence[str]) -> Judgement:
    keys = [tags for value in found if "p" in (tags := parse_tags(value))]
    expected = parse_tags(record.value)
    if not expected["p"]:
        return _withdrawn(keys)
    if not keys:
        return missing("dkim.missing")
    if len(keys) > 1:
        return conflict("dkim.several")
    shown = keys[0]
    if not shown["p"]:
        return conflict("dkim.revoked")
    # RFC 6376 §3.6.1: k= defaults to rsa, and white space inside p= says nothing.
    same = _squeeze(shown["p"]) == expected["p"] and shown.get("k", "rsa") == expected["k"]
    return match() if same else conflict("dkim.other_key")


def _withdrawn(keys: Sequence[Mapping[str, str]]) -> Judgement:
    """An empty key says that it is withdrawn (RFC 6376 §3.6.1)."""
    if any(key["p"] for key in keys):
        return conflict("dkim.still_shown")
    return match() if keys else missing("dkim.withdrawn")


_DMARC = re.compile(r"v\s*=\s*DMARC1\s*(;|$)")
_STRENGTH = ("none", "quarantine", "reject")


def _dmarc(record: Record, found: Sequence[str]) -> Judgement:
    policies = [parse_tags(value) for value in found if _DMARC.match(value)]
    if not policies:
        return missing("dmarc.missing")
    if len(policies) > 1:
        return conflict("dmarc.several")
    wanted, shown = parse_tags(record.value), policies[0]
    policy = shown.get("p", "").lower()
    if policy not in _STRENGTH:
        return conflict("dmarc.invalid")
    if _STRENGTH.index(policy) < _STRENGTH.index(wanted["p"]):
        return conflict("dmarc.weaker", shown=policy, wanted=wanted["p"])
    # A stricter policy is the client's own choice, and we align, until another was chosen here.
    if policy != wanted["p"] and record.is_chosen:
        return conflict("dmarc.stricter", shown=policy, wanted=wanted["p"])
    # Ours is the last of the places to which reports go.
    if wanted.get("rua", "").rpartition(",")[2] not in shown.get("rua", ""):
        return match("dmarc.reports_elsewhere")
    return match()


def _mta_sts(record: Record, found: Sequence[str]) -> Judgement:
    announced = [value for value in found if re.match(r"v=STSv1[ \t]*(;|$)", value)]
    if not announced:
        return missing("mta-sts.missing")
    if len(announced) > 1:
        return conflict("mta-sts.several")
    same = mta_sts.record_id(announced) == mta_sts.record_id([record.value])
    return match() if same else conflict("mta-sts.old_id")


def _tls_reports(record: Record, found: Sequence[str]) -> Judgement:
    asked = [value for value in found if re.match(r"v=TLSRPTv1[ \t]*(;|$)", value)]
    if not asked:
        return missing("tls-rpt.missing")
    if len(asked) > 1:
        return conflict("tls-rpt.several")
    here = parse_tags(record.value)["rua"] in parse_tags(asked[0]).get("rua", "")
    return match() if here else match("tls-rpt.elsewhere")


def _service(record: Record, found: Sequence[str]) -> Judgement:
    if not found:
        return missing("srv.missing")
    # Weights and priorities are the owner's to choose: what counts is where it leads.
    wanted = record.value.split()[1:]
    same = [value.lower().split()[2:] == wanted for value in found]
    if all(same):
        return match()
    return conflict("srv.mixed" if any(same) else "srv.other")


def _squeeze(text: str) -> str:
    return "".join(text.split())


RULES: dict[str, Callable[[Record, Sequence[str]], Judgement]] = {
    dns_records.OWNERSHIP: _ownership,
    dns_records.MX: _mx,
    dns_records.SPF: _spf,
    dns_records.DKIM_RSA: _dkim,
    dns_records.DKIM_ED25519: _dkim,
    dns_records.DMARC: _dmarc,
    dns_records.RETURN_PATH: _mx,
    dns_records.RETURN_PATH_SPF: _spf,
    dns_records.MTA_STS: _mta_sts,
    dns_records.TLS_RPT: _tls_reports,
    dns_records.SRV: _service,
}
