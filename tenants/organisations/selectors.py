"""Read organisations and API keys."""

from uuid import UUID

from django.db.models import QuerySet

from kernel.errors import NotFound
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
        raise NotFound
    return row


def list_api_keys() -> QuerySet[ApiKey]:
    """Every key, oldest first."""
    return ApiKey.objects.select_related("organisation").order_by("public_id")


def get_api_key(key_id: UUID) -> ApiKey:
    """One by its public id; raises NotFound."""
    key = list_api_keys().filter(public_id=key_id).first()
    if key is None:
        raise NotFound
    return key


def find_api_key(prefix: str) -> ApiKey | None:
    """A key by its public prefix; the caller compares the hash and looks at the dates."""
    return ApiKey.objects.select_related("organisation").filter(prefix=prefix).first()
