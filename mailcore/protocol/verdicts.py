"""What was seen in DNS means for the record that we expect there."""

from collections.abc import Sequence
from dataclasses import dataclass

from mailcore.protocol import dns_records, verdict_rules
from mailcore.protocol.dns_records import Record
from mailcore.protocol.verdict_rules import Judgement, Outcome, conflict, match, missing

__all__ = ["Judgement", "Outcome", "Seen", "judge", "judge_seen"]

_APEX = frozenset({dns_records.MX, dns_records.SPF})


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a name's servers say: `alias` is where its CNAME points, `values` what is found there."""

    values: tuple[str, ...] = ()
    alias: str = ""


def judge(record: Record, found: Sequence[str]) -> Judgement:
    """Compare the values of the record's own type; MX and SRV values begin with the priority."""
    if record.type == "CNAME":
        return _judge_alias(record, found[0] if found else "")
    if record.type == "TXT":
        found = [value.strip() for value in found]
    return verdict_rules.RULES[record.purpose](record, found)


def judge_seen(record: Record, seen: Seen) -> Judgement:
    """Compare what somebody gets who asks for the record, aliases followed (RFC 1034 §3.6.2)."""
    if record.type != "CNAME":
        return _judge_direct(record, seen)
    if record.behind is not None:
        return _judge_pointing(record, record.behind, seen)
    if seen.values and not seen.alias:
        return conflict("alias.address")
    return _judge_alias(record, seen.alias)


def _judge_alias(record: Record, target: str) -> Judgement:
    if not target:
        return missing("alias.missing")
    return match() if target.lower() == record.value else conflict("alias.other", target=target)


def _judge_direct(record: Record, seen: Seen) -> Judgement:
    judgement = judge(record, seen.values)
    if not seen.alias:
        return judgement
    if record.purpose in _APEX:
        return conflict("apex.alias", target=seen.alias)
    if record.purpose == dns_records.DMARC:
        return conflict("dmarc.alias", target=seen.alias)
    if judgement.outcome is Outcome.MATCH:
        return judgement
    # Nothing can be added beside an alias: first it must go.
    return conflict("alias.instead", target=seen.alias)


def _judge_pointing(record: Record, behind: Record, seen: Seen) -> Judgement:
    """An alias to a name that we keep; what stands there is our own business."""
    shown = judge(behind, seen.values)
    if seen.alias.lower() == record.value:
        if shown.outcome is Outcome.MATCH:
            return match()
        return Judgement(outcome=shown.outcome, code="alias.behind")
    if shown.outcome is Outcome.MATCH:
        return match("alias.copy")  # right today, but it will not follow when we change the record
    if seen.alias:
        return conflict("alias.other", target=seen.alias)
    if shown.outcome is Outcome.CONFLICT or seen.values:
        return conflict("alias.taken")
    return missing("alias.missing")
