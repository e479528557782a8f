"""Give a domain up: everything of it is switched off at once, and the name is kept from others."""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import ProtectedError

from kernel import clock
from kernel.actor import Actor, authorise
from kernel.outbox import audit, publish
from mailcore.checks import services as checks
from mailcore.directory import services as directory
from mailcore.directory.selectors import is_domain_held
from mailcore.directory.states import HoldScope
from mailcore.domains import selectors
from mailcore.domains.errors import DeletingHeld, DomainInUse, SuspendedByOperator
from mailcore.domains.models import Domain
from mailcore.domains.services.holding import hold
from mailcore.domains.services.targets import leave_targets
from mailcore.domains.states import SuspendedBy
from mailcore.zones import services as zones
from tenants.plans import services as plans


@transaction.atomic
def release_domain(*, actor: Actor, domain_id: UUID) -> None:
    """Remove a domain on which there is no address any more; its keys are destroyed.

    Nobody else can take the name for a while, if it was ever verified. Raises NotAllowed,
    NotFound, DomainInUse, SuspendedByOperator, DeletingHeld.
    """
    authorise(actor, "domains.write")
    domain = hold(selectors.get_seen(domain_id, actor=actor))
    if domain.suspended_by == SuspendedBy.OPERATOR:
        raise SuspendedByOperator
    if is_domain_held(domain.name, HoldScope.DELETE):
        raise DeletingHeld
    reference, until = domain.reference, _keep_until(domain)
    remove(domain, keep_until=until)
    shown = {"name": domain.name, "kept_until": until.isoformat() if until else None}
    audit("domain.released", subject=reference, actor=actor, data={**shown})
    publish(
        "domain.released",
        subject=reference,
        data={"domain_id": str(domain_id), **shown},
        actor=actor,
    )


def remove(domain: Domain, *, keep_until: datetime | None) -> None:
    """Take a held domain out of everything that knows it; raises DomainInUse."""
    domain_id = domain.public_id
    leave_targets(domain)  # while it has its keys, whose names are part of them
    try:
        domain.delete()
    except ProtectedError as error:
        raise DomainInUse(in_use=len(error.protected_objects)) from error
    directory.give_up(domain.name, keep_until=keep_until)
    checks.close_schedule(domain_id)
    zones.forget_domain(domain_id)
    plans.release("domains")


def _keep_until(domain: Domain) -> datetime | None:
    """None for a domain that never was verified: nobody ever wrote to an address on it here."""
    if domain.verified_at is None:
        return None
    return clock.now() + timedelta(days=settings.NAME_QUARANTINE_DAYS)
