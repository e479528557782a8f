"""What to publish where something stands already, and what has to go for it."""

from collections.abc import Mapping, Sequence

from mailcore.protocol import dmarc, dns_records, spf
from mailcore.protocol.dns_records import Record
from mailcore.protocol.verdict_rules import parse_tags


def value_to_publish(
    record: Record, *, code: str, found: Sequence[str], params: Mapping[str, str]
) -> str:
    """The value to copy: where the client's own record stays, with ours merged into it."""
    if record.purpose in _POLICIES:
        return _policy(record, code=code, found=found, at_fault=params.get("name", ""))
    if code == "dmarc.reports_elsewhere":
        return dmarc.with_reports_to(found, wanted=(record.behind or record).value)
    if code == "tls-rpt.elsewhere":
        mine = next(value.strip() for value in found if value.strip().startswith("v=TLSRPTv1"))
        return _with_address(mine, parse_tags((record.behind or record).value)["rua"])
    return record.value


_POLICIES = frozenset({dns_records.SPF, dns_records.RETURN_PATH_SPF})


def _policy(record: Record, *, code: str, found: Sequence[str], at_fault: str) -> str:
    """Who else may send stays, whatever is wrong: only an include that breaks the record goes."""
    shown = [value.strip() for value in found if spf.is_spf(value.strip())]
    if not shown or record.type != "TXT":
        return record.value
    include = spf.first_include(record.value)
    if code == "spf.several":
        return spf.merge(spf.united(shown), include)
    # Of servers that disagree one may show ours already.
    kept = next((policy for policy in shown if spf.authorises(policy, include)), shown[0])
    return spf.merge(spf.without(kept, at_fault) if at_fault else kept, include)


def _with_address(record: str, address: str) -> str:
    """One more place for its reports (RFC 8460 §3: a list with commas)."""
    parts = [part.strip() for part in record.split(";") if part.strip()]
    told = [at for at, part in enumerate(parts) if part.replace(" ", "").startswith("rua=")]
    if told:
        parts[told[0]] = f"{parts[told[0]]},{address}"
    else:
        parts.append(f"rua={address}")
    return "; ".join(parts)


def others_in_place(purpose: str, value: str, *, found: Sequence[str]) -> list[str]:
    """The found values that cannot stand beside the one to publish, MX without priorities."""
    if purpose in _POLICIES:  # other texts stand at the domain's own name, and may
        found = [text for text in found if spf.is_spf(text.strip())]
    elif purpose in {dns_records.MX, dns_records.RETURN_PATH}:
        found = [text.split()[-1] for text in found]
    return [text for text in found if text != value]
