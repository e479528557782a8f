"""Read organisations and API keys."""

from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from kernel import ids
from kernel.actor import SYSTEM, Actor, ActorKind
from tenants.organisations.models import ApiKey, Organisation


def list_organisations(*, organisation_id: UUID | None = None) -> QuerySet[Organisation]:
    """Every organisation, oldest first; only the one named when it is."""
    found = Organisation.objects.order_by("public_id")
    return found if organisation_id is None else found.filter(public_id=organisation_id)


def get_organisation(organisation_id: UUID, *, organisation: UUID | None = None) -> Organisation:
    """One by its public id; raises NotFound, also for one outside `organisation`."""
    found = list_organisations(organisation_id=organisation)
    row = found.filter(public_id=organisation_id).first()
    if row is None:
        raise ids.missing("org")
    return row


def find_contact(organisation_id: UUID) -> tuple[str, str]:
    """Name and contact address of an organisation; empty without one."""
    found = list_organisations(organisation_id=organisation_id)
    row = found.values_list("name", "contact_email").first()
    return row or ("", "")


def list_api_keys(*, of: Actor = SYSTEM) -> QuerySet[ApiKey]:
    """The keys that an actor has to do with, oldest first.

    People see those of the reseller, or of their organisation; a key itself and what it made.
    """
    found = ApiKey.objects.select_related("organisation", "made_by").order_by("public_id")
    if of.kind is not ActorKind.API_KEY:
        bound = of.organisation
        return found if bound is None else found.filter(organisation__public_id=bound)
    own = ids.from_public("key", of.id)
    return found.filter(Q(public_id=own) | Q(made_by__public_id=own))


def get_api_key(key_id: UUID, *, of: Actor = SYSTEM) -> ApiKey:
    """One of them by its public id; raises NotFound."""
    key = list_api_keys(of=of).filter(public_id=key_id).first()
    if key is None:
        raise ids.missing("key")
    return key


def find_api_key(prefix: str) -> ApiKey | None:
    """A key by its public prefix; the caller compares the hash and looks at the dates."""
    found = ApiKey.objects.select_related("organisation", "made_by").filter(prefix=prefix)
    return found.first()


def find_api_key_by_id(key_id: UUID) -> ApiKey | None:
    """A key, whoever asks and whatever became of it."""
    return list_api_keys().filter(public_id=key_id).first()


def count_made(maker: ApiKey, *, at: datetime) -> int:
    """How many keys that this one made are neither revoked nor over."""
    lasting = Q(expires_at=None) | Q(expires_at__gt=at)
    return ApiKey.objects.filter(lasting, made_by=maker, revoked_at=None).count()


def count_of(organisation: Organisation, *, at: datetime) -> int:
    """How many good keys it has that no key made: each of them has an allowance of its own."""
    lasting = Q(expires_at=None) | Q(expires_at__gt=at)
    own = ApiKey.objects.filter(lasting, organisation=organisation, made_by=None, revoked_at=None)
    return own.count()


def is_good(key: ApiKey, *, at: datetime) -> bool:
    """Whether neither the key nor its maker was revoked, and it has not ended."""
    if key.revoked_at is not None or (key.made_by and key.made_by.revoked_at is not None):
        return False
    return key.expires_at is None or key.expires_at > at
