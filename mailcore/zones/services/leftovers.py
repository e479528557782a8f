"""Records in our own zone that outlive their domain for a while."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from kernel import clock
from kernel.tenancy import current_reseller_id
from mailcore.protocol.dns_zone import Place
from mailcore.zones.models import LeftTargets

#: Who claimed them has so long; where the zone cannot be written they come again after it.
_LEASE = timedelta(hours=1)


def leave_targets(*, domain_id: UUID, places: Iterable[Place], until: datetime) -> None:
    """The domain is given up: what stands at these places of our own zone goes then."""
    LeftTargets.objects.create(
        domain_id=domain_id,
        reseller_id=current_reseller_id(),
        places=[list(place) for place in places],
        due_at=until,
    )


@transaction.atomic
def claim_left() -> tuple[UUID, list[Place]] | None:
    """The domain whose time is over for longest, of any reseller; as role worker."""
    now = clock.now()
    due = LeftTargets.objects.select_for_update(skip_locked=True).filter(due_at__lte=now)
    row = due.order_by("due_at").first()
    if row is None:
        return None
    row.due_at = now + _LEASE
    row.save(update_fields=["due_at"])
    return row.domain_id, [(name, kind) for name, kind in row.places]


def forget_left(domain_id: UUID) -> None:
    """They are gone from our zone; as role worker."""
    LeftTargets.objects.filter(domain_id=domain_id).delete()
