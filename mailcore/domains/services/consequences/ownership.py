"""A domain whose owner shows it in DNS is routed; one that has left for good is not any more."""

from collections.abc import Iterable, Mapping
from datetime import timedelta

from django.conf import settings

from kernel import clock
from kernel.actor import SYSTEM
from kernel.outbox import audit, publish
from mailcore.checks.models import RecordVerdict
from mailcore.directory import services as directory
from mailcore.domains import selectors
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
LAPSE_AFTER = 3
LAPSE_GRACE = timedelta(hours=24)
_GONE = frozenset({Outcome.MISSING.value, Outcome.CONFLICT.value})


def draw(domain: Domain, rows: Mapping[Key, RecordVerdict]) -> None:
    """Verify a pending domain by its proof; let a verified one lapse that shows nothing of us."""
    if domain.state == DomainState.PENDING:
        if rows[selectors.ownership_of(domain).key].verdict == Outcome.MATCH:
            _verify(domain)
    elif domain.state == DomainState.VERIFIED:
        _watch(domain, [row for row in rows.values() if row.purpose in _EVIDENCE])


def _verify(domain: Domain) -> None:
    domain.state, domain.verified_at = DomainState.VERIFIED, clock.now()
    domain.evidence_lost_at = None
    domain.save(update_fields=["state", "verified_at", "evidence_lost_at"])
    directory.set_routed(domain.name, is_verified=True)
    audit("domain.verified", subject=domain.reference, actor=SYSTEM, data={"name": domain.name})
    publish(
        "domain.verified",
        subject=domain.reference,
        data={"domain_id": str(domain.public_id), "name": domain.name},
    )


def _watch(domain: Domain, evidence: Iterable[RecordVerdict]) -> None:
    rows = list(evidence)
    if any(_leads_to_us(row) for row in rows):
        _keep_lost_since(domain, found=True)
    elif all(row.verdict in _GONE for row in rows):  # an unknown one says nothing, either way
        _keep_lost_since(domain, found=False)
        in_a_row = min(row.missing_in_a_row for row in rows)
        if in_a_row >= LAPSE_AFTER and _is_long_gone(domain):
            _lapse(domain)


def _leads_to_us(row: RecordVerdict) -> bool:
    """The record as it should be, or our MX beside others."""
    return row.verdict == Outcome.MATCH or row.code == "mx.mixed"


def _is_long_gone(domain: Domain) -> bool:
    grace = LAPSE_GRACE * settings.DELAY_SCALE
    return domain.evidence_lost_at is not None and clock.now() >= domain.evidence_lost_at + grace


def _keep_lost_since(domain: Domain, *, found: bool) -> None:
    if found is (domain.evidence_lost_at is None):
        return
    domain.evidence_lost_at = None if found else clock.now()
    domain.save(update_fields=["evidence_lost_at"])


def _lapse(domain: Domain) -> None:
    domain.state = DomainState.PENDING
    domain.save(update_fields=["state"])
    directory.set_routed(domain.name, is_verified=False)
    since = domain.evidence_lost_at.isoformat() if domain.evidence_lost_at else ""
    shown: dict[str, object] = {"name": domain.name, "since": since}
    audit("domain.lapsed", subject=domain.reference, actor=SYSTEM, data=shown)
    publish(
        "domain.lapsed",
        subject=domain.reference,
        data={"domain_id": str(domain.public_id), **shown},
    )
