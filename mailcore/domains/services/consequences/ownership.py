"""A domain whose owner has shown it in DNS is routed."""

from collections.abc import Mapping

from kernel import clock
from kernel.actor import SYSTEM
from kernel.outbox import audit, publish
from kernel.tenancy import current_reseller_id
from mailcore.checks.models import RecordVerdict
from mailcore.directory import services as directory
from mailcore.domains import selectors
from mailcore.domains.models import Domain
from mailcore.domains.states import DomainState
from mailcore.protocol.dns_records import Key
from mailcore.protocol.verdicts import Outcome


def draw(domain: Domain, rows: Mapping[Key, RecordVerdict]) -> None:
    """Verify a pending domain once the proof of its ownership stands in DNS.

    The first time with the name locked: of two resellers who show theirs one has it from then on.
    """
    proof = rows[selectors.ownership_of(domain).key]
    if domain.state != DomainState.PENDING or proof.verdict != Outcome.MATCH:
        return
    is_first = domain.verified_at is None
    if is_first and directory.is_closed_to(current_reseller_id(), domain.name):
        return
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
