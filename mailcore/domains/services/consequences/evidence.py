"""A domain that has left for good is not routed any more."""

from collections.abc import Mapping
from datetime import timedelta

from django.conf import settings

from kernel import clock
from kernel.actor import SYSTEM
from kernel.outbox import audit, publish
from mailcore.checks.models import RecordVerdict
from mailcore.directory import services as directory
from mailcore.domains.models import Domain
from mailcore.domains.states import DomainState
from mailcore.protocol import dns_records
from mailcore.protocol.dns_records import Key
from mailcore.protocol.verdicts import Outcome

#: What leads to us. All of it has to be gone in so many looks in a row, and for so long, before
#: mail is switched off: an afternoon's mishap in somebody's DNS must not do it.
_EVIDENCE = frozenset(
    {dns_records.OWNERSHIP, dns_records.MX, dns_records.DKIM_RSA, dns_records.DKIM_ED25519}
)
LAPSE_AFTER, LAPSE_GRACE = 3, timedelta(hours=24)
_GONE = frozenset({Outcome.MISSING.value, Outcome.CONFLICT.value})


def draw(domain: Domain, rows: Mapping[Key, RecordVerdict]) -> None:
    """Let a verified domain lapse to pending when DNS shows nothing of us any more."""
    if domain.state != DomainState.VERIFIED:
        return
    evidence = [row for row in rows.values() if row.purpose in _EVIDENCE]
    if any(_leads_to_us(row) for row in evidence):
        _note(domain, is_lost=False)
    elif all(row.verdict in _GONE for row in evidence):  # an unknown one says nothing, either way
        _note(domain, is_lost=True)
        looks = min(row.missing_in_a_row for row in evidence)
        if looks >= LAPSE_AFTER and _is_long_gone(domain):
            _lapse(domain)


def _leads_to_us(row: RecordVerdict) -> bool:
    """The record as it should be, or our MX beside others."""
    return row.verdict == Outcome.MATCH or row.code == "mx.mixed"


def _note(domain: Domain, *, is_lost: bool) -> None:
    if is_lost is (domain.evidence_lost_at is None):
        domain.evidence_lost_at = clock.now() if is_lost else None
        domain.save(update_fields=["evidence_lost_at"])


def _is_long_gone(domain: Domain) -> bool:
    grace = LAPSE_GRACE * settings.DELAY_SCALE
    return domain.evidence_lost_at is not None and clock.now() >= domain.evidence_lost_at + grace


def _lapse(domain: Domain) -> None:
    domain.state = DomainState.PENDING
    domain.save(update_fields=["state"])
    directory.set_routed(domain.name, is_verified=False)
    since = domain.evidence_lost_at.isoformat() if domain.evidence_lost_at else ""
    shown: dict[str, object] = {"name": domain.name, "since": since}
    audit("domain.lapsed", subject=domain.reference, actor=SYSTEM, data=shown)
    data: dict[str, object] = {"domain_id": str(domain.public_id), **shown}
    publish("domain.lapsed", subject=domain.reference, data=data)
