"""Make organisations."""

from django.db import transaction

from kernel.actor import Actor, authorise
from kernel.errors import NotAllowed
from kernel.outbox import audit, publish
from tenants.organisations.models import Organisation
from tenants.organisations.services.naming import line
from tenants.plans.services import require


@transaction.atomic
def create_organisation(*, actor: Actor, name: str) -> Organisation:
    """A new client of the reseller; raises NotAllowed, InvalidInput, plans.LimitReached."""
    authorise(actor, "organisations.write")
    if actor.organisation is not None:
        raise NotAllowed("A key of one organisation cannot make another.")
    organisation = Organisation(name=line(name))
    require("organisations")
    organisation.save(force_insert=True)
    audit("organisation.created", subject=organisation.reference, actor=actor)
    publish(
        "organisation.created",
        subject=organisation.reference,
        data={"organisation_id": str(organisation.public_id)},
        actor=actor,
    )
    return organisation
