"""Make and change organisations."""

from uuid import UUID

from django.db import transaction

from kernel.actor import Actor, authorise
from kernel.errors import NotAllowed
from kernel.outbox import audit, publish
from tenants.organisations import selectors
from tenants.organisations.errors import NameOfReseller
from tenants.organisations.models import Organisation
from tenants.organisations.services.naming import line
from tenants.plans.services import require
from tenants.resellers import text
from tenants.resellers.errors import InvalidEmail


@transaction.atomic
def create_organisation(*, actor: Actor, name: str, contact_email: str = "") -> Organisation:
    """A new client of the reseller.

    Raises NotAllowed, InvalidInput, InvalidEmail, plans.LimitReached.
    """
    authorise(actor, "organisations.write")
    if actor.organisation is not None:
        raise NotAllowed("A key of one organisation cannot make another.")
    organisation = Organisation(name=line(name), contact_email=_address(contact_email))
    require("organisations")
    organisation.save(force_insert=True)
    _tell("organisation.created", organisation, actor)
    return organisation


@transaction.atomic
def change_organisation(
    *,
    actor: Actor,
    organisation_id: UUID,
    name: str | None = None,
    contact_email: str | None = None,
) -> Organisation:
    """What is None stays; an empty address takes the contact away.

    Who belongs to the organisation says whom alarms go to, and leaves the name as it is. Raises
    NotAllowed, NameOfReseller, NotFound, InvalidInput, InvalidEmail.
    """
    authorise(actor, "organisations.write")
    found = selectors.get_organisation(organisation_id, organisation=actor.organisation)
    organisation = Organisation.objects.select_for_update().get(pk=found.pk)
    before = organisation.name, organisation.contact_email
    organisation.name = before[0] if name is None else line(name)
    organisation.contact_email = before[1] if contact_email is None else _address(contact_email)
    if actor.organisation is not None and organisation.name != before[0]:
        raise NameOfReseller(field="name")
    if (organisation.name, organisation.contact_email) != before:
        organisation.save(update_fields=["name", "contact_email"])
        _tell("organisation.changed", organisation, actor)
    return organisation


def _address(given: str) -> str:
    if not given.strip():
        return ""
    try:
        return text.clean_email(given)
    except InvalidEmail as error:
        raise InvalidEmail(field="contact_email") from error


def _tell(event: str, organisation: Organisation, actor: Actor) -> None:
    subject, identifier = organisation.reference, str(organisation.public_id)
    audit(event, subject=subject, actor=actor)
    publish(event, subject=subject, data={"organisation_id": identifier}, actor=actor)
