"""What the operator does with resellers."""

from collections.abc import Callable
from uuid import UUID

from django.db import transaction

from kernel import ids
from kernel.actor import Actor, authorise
from kernel.errors import ApplicationError, NotFound
from kernel.outbox import audit
from kernel.tenancy import OPERATOR_RESELLER
from tenants.resellers import text
from tenants.resellers.models import Reseller
from tenants.resellers.services.beginning import clean_company, free_slug, make_pending

RIGHT = "resellers.write"


@transaction.atomic
def create_reseller(*, actor: Actor, name: str, slug: str, owner_email: str) -> Reseller:
    """A pending reseller as a confirmed sign-up makes it; its owner is invited by mail.

    Raises NotAllowed, InvalidCompany, InvalidSlug, SlugReserved, SlugTaken, InvalidEmail.
    """
    authorise(actor, RIGHT)
    company = _clean(clean_company, name, field="name")
    wanted = _clean(free_slug, slug, field="slug")
    email = _clean(text.clean_email, owner_email, field="owner_email")
    return make_pending(name=company, slug=wanted, email=email, actor=actor)


@transaction.atomic
def rename_reseller(*, actor: Actor, reseller_id: UUID, name: str) -> None:
    """Change the company's name; its brand is its own. Raises NotAllowed, NotFound, InvalidCompany."""
    authorise(actor, RIGHT)
    company = _clean(clean_company, name, field="name")
    found = Reseller.objects.exclude(public_id=OPERATOR_RESELLER).filter(public_id=reseller_id)
    if not found.update(name=company):
        raise NotFound
    subject = ids.to_public("res", reseller_id)
    audit("reseller.renamed", subject=subject, actor=actor, data={"name": company})


def set_owner_email(*, reseller_id: UUID, email: str) -> None:
    """Write down who was invited to own it."""
    Reseller.objects.filter(public_id=reseller_id).update(owner_email=email)


def _clean(clean: Callable[[str], str], value: str, *, field: str) -> str:
    """The clean value; an error names the field as the caller does."""
    try:
        return clean(value)
    except ApplicationError as error:
        raise type(error)(field=field) from error
