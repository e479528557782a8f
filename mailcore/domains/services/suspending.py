"""Switch a domain off, and on again when its owner still shows it in DNS."""

from uuid import UUID

from django.db import transaction

from kernel import clock
from kernel.actor import Actor, ActorKind, authorise
from kernel.outbox import audit, publish
from mailcore.checks import services as checks
from mailcore.directory import services as directory
from mailcore.domains import selectors
from mailcore.domains.errors import SuspendedByOperator
from mailcore.domains.models import Domain
from mailcore.domains.states import DomainState, SuspendedBy


@transaction.atomic
def suspend_domain(*, actor: Actor, domain_id: UUID) -> Domain:
    """No mail is received or sent; owners of mailboxes still read theirs.

    What the reseller suspended the operator can take over. Raises NotAllowed, NotFound.
    """
    domain = _locked(actor, domain_id)
    by = _party(actor)
    if domain.suspended_by in {by, SuspendedBy.OPERATOR}:
        return domain
    domain.state, domain.suspended_by = DomainState.SUSPENDED, by
    domain.suspended_at = domain.suspended_at or clock.now()
    domain.save(update_fields=["state", "suspended_by", "suspended_at"])
    directory.set_routed(domain.name, is_verified=False)
    _tell("domain.suspended", domain, actor, by=by)
    return domain


@transaction.atomic
def resume_domain(*, actor: Actor, domain_id: UUID) -> Domain:
    """Back to pending: mail flows from when DNS shows the proof of ownership once more.

    Raises NotAllowed, NotFound, SuspendedByOperator.
    """
    domain = _locked(actor, domain_id)
    by = _party(actor)
    if domain.state != DomainState.SUSPENDED:
        return domain
    if domain.suspended_by == SuspendedBy.OPERATOR != by:
        raise SuspendedByOperator
    domain.state, domain.suspended_by = DomainState.PENDING, SuspendedBy.NOBODY
    domain.suspended_at = domain.evidence_lost_at = None
    domain.claim_told_at = None  # nobody could prove it meanwhile: its notice begins anew
    domain.save(
        update_fields=[
            "state", "suspended_by", "suspended_at", "evidence_lost_at", "claim_told_at",
        ]
    )  # fmt: skip
    checks.watch(domain.public_id)
    _tell("domain.resumed", domain, actor, by=by)
    return domain


def _locked(actor: Actor, domain_id: UUID) -> Domain:
    authorise(actor, "resellers.write" if actor.kind is ActorKind.OPERATOR else "domains.write")
    domain = selectors.get_seen(domain_id, actor=actor)
    # As a check takes it: the two wait for each other, and nobody else waits for them.
    return Domain.objects.select_for_update(no_key=True).get(pk=domain.pk)


def _party(actor: Actor) -> SuspendedBy:
    ours = actor.kind in {ActorKind.OPERATOR, ActorKind.SYSTEM}
    return SuspendedBy.OPERATOR if ours else SuspendedBy.RESELLER


def _tell(event: str, domain: Domain, actor: Actor, *, by: SuspendedBy) -> None:
    shown: dict[str, object] = {"name": domain.name, "by": by.value}
    audit(event, subject=domain.reference, actor=actor, data=shown)
    publish(
        event,
        subject=domain.reference,
        data={"domain_id": str(domain.public_id), **shown},
        actor=actor,
    )
