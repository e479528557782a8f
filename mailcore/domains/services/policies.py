"""What a domain asks of those who get mail in its name, and of those who send it mail."""

from uuid import UUID

from django.db import transaction

from kernel import clock
from kernel.actor import Actor, ActorKind, authorise
from kernel.outbox import audit, publish
from mailcore.checks import services as checks
from mailcore.domains import selectors
from mailcore.domains.errors import DomainNotVerified
from mailcore.domains.models import Domain
from mailcore.domains.services.publishing import republish
from mailcore.domains.states import DmarcPolicy, DomainState, MtaStsMode


@transaction.atomic
def set_dmarc_policy(*, actor: Actor, domain_id: UUID, policy: str, reason: str = "") -> Domain:
    """Ask receivers for this policy (RFC 7489 §6.3) from now on; written where we write DNS.

    `reason` is a code, for a change that nobody asked for: it changes only what was chosen here,
    never what an owner's own record says. Raises NotAllowed, NotFound, DomainNotVerified;
    ValueError for no policy.
    """
    domain = _held(actor, domain_id)
    if actor.kind is ActorKind.SYSTEM and domain.dmarc_changed_at is None:
        return domain
    before, domain.dmarc_policy = domain.dmarc_policy, DmarcPolicy(policy)
    if before != domain.dmarc_policy:
        domain.dmarc_changed_at = clock.now()
        domain.save(update_fields=["dmarc_policy", "dmarc_changed_at"])
        _tell("dmarc.policy_changed", actor, domain, before, policy, reason)
    return domain


@transaction.atomic
def set_mta_sts_mode(*, actor: Actor, domain_id: UUID, mode: str, reason: str = "") -> Domain:
    """Serve this mode (RFC 8461 §5) from now on, under a new policy id.

    Raises as `set_dmarc_policy` does.
    """
    domain = _held(actor, domain_id)
    before, domain.mta_sts_mode = domain.mta_sts_mode, MtaStsMode(mode)
    if before != domain.mta_sts_mode:
        domain.mta_sts_changed_at = clock.now()
        domain.save(update_fields=["mta_sts_mode", "mta_sts_changed_at"])
        _tell("mta_sts.mode_changed", actor, domain, before, mode, reason)
    return domain


def _held(actor: Actor, domain_id: UUID) -> Domain:
    authorise(actor, "domains.write")
    selectors.get_seen(domain_id, actor=actor)
    domain = Domain.objects.select_for_update(no_key=True).get(public_id=domain_id)
    if domain.state != DomainState.VERIFIED:
        raise DomainNotVerified
    return domain


def _tell(event: str, actor: Actor, domain: Domain, before: str, after: str, reason: str) -> None:
    is_written = republish(domain_id=domain.public_id)
    checks.watch(domain.public_id)
    data: dict[str, object] = {
        "domain_id": str(domain.public_id),
        "name": domain.name,
        "from": before,
        "to": after,
        "reason": reason,
        "is_automatic": actor.kind is ActorKind.SYSTEM,
        "is_written": is_written,
    }
    audit(event, subject=domain.reference, actor=actor, data=data)
    publish(event, subject=domain.reference, actor=actor, data=data)
