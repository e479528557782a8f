"""Read plans, and what is ours in a domain's zone."""

from uuid import UUID

from django.db.models import QuerySet

from kernel import ids
from mailcore.protocol.dns_plan import Owned
from mailcore.zones.models import DnsPlan, OwnedRecord, ZoneAccess
from mailcore.zones.states import WRITING


def list_plans(domain_id: UUID) -> QuerySet[DnsPlan]:
    """The domain's plans, oldest first."""
    return DnsPlan.objects.filter(domain_id=domain_id).order_by("public_id")


def get_plan(plan_id: UUID, *, domain_id: UUID) -> DnsPlan:
    """One of the domain; raises NotFound."""
    found = list_plans(domain_id).filter(public_id=plan_id).first()
    if found is None:
        raise ids.missing("dpl")
    return found


def is_being_written(domain_id: UUID) -> bool:
    """Whether a plan of the domain is being applied or undone."""
    return list_plans(domain_id).filter(state__in=WRITING).exists()


def find_credential_id(domain_id: UUID) -> UUID | None:
    """The credential with which the domain's zone is kept up to date."""
    return (
        ZoneAccess.objects.filter(domain_id=domain_id)
        .values_list("credential_id", flat=True)
        .first()
    )


def list_written_with(credential_id: UUID) -> set[UUID]:
    """The domains whose zones are kept up to date with this credential."""
    found = ZoneAccess.objects.filter(credential_id=credential_id)
    return set(found.values_list("domain_id", flat=True))


def list_owned(domain_id: UUID) -> list[Owned]:
    """What we wrote for the domain.

    Also what we were about to write: it was not there when we looked.
    """
    return [
        Owned(name=row.name, type=row.type, value=row.value, replaces=row.replaces)
        for row in OwnedRecord.objects.filter(domain_id=domain_id).order_by("public_id")
    ]
