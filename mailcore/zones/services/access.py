"""Which domains' zones we keep up to date, and with which credential."""

from uuid import UUID

from kernel.tenancy import current_reseller_id
from mailcore.zones.models import ZoneAccess


def grant_access(*, domain_id: UUID, credential_id: UUID) -> None:
    """From now on the domain's zone is written with this credential."""
    ZoneAccess.objects.update_or_create(
        domain_id=domain_id,
        defaults={"credential_id": credential_id},
        create_defaults={"credential_id": credential_id, "reseller_id": current_reseller_id()},
    )


def drop_access(*, domain_id: UUID) -> None:
    """From now on the domain's zone is its owner's alone."""
    ZoneAccess.objects.filter(domain_id=domain_id).delete()


def drop_credential(*, credential_id: UUID) -> None:
    """No zone is written with this credential any more."""
    ZoneAccess.objects.filter(credential_id=credential_id).delete()
