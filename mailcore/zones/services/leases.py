"""One worker at a time for a plan: by a lease that is a number, so that a late one stores nothing."""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F

from kernel import clock
from mailcore.zones.errors import LeaseLost
from mailcore.zones.models import DnsPlan

#: Longer than one slice of work takes: reading, changing and reading back.
LEASE = timedelta(seconds=90)
#: Seconds before each further try to change a zone; after the last one the plan has failed.
AGAIN = (5, 30, 120, 600)


@transaction.atomic
def claim_due(limit: int) -> list[tuple[UUID, UUID]]:
    """Plans to work on now, over all resellers: (reseller_id, plan_id); as role worker."""
    now = clock.now()
    due = DnsPlan.objects.select_for_update(skip_locked=True).filter(due_at__lte=now)
    rows = list(due.order_by("due_at")[:limit])
    DnsPlan.objects.filter(pk__in=[row.pk for row in rows]).update(
        due_at=now + LEASE, lease=F("lease") + 1
    )
    return [(row.reseller_id, row.public_id) for row in rows]


def hold(plan: DnsPlan) -> None:
    """Lock the plan for this transaction; raises LeaseLost when it is not ours any more."""
    mine = DnsPlan.objects.select_for_update(no_key=True).filter(pk=plan.pk, lease=plan.lease)
    if mine.first() is None:
        raise LeaseLost


def store(plan: DnsPlan, *fields: str) -> None:
    """Save these fields; raises LeaseLost when the plan is not ours any more."""
    mine = DnsPlan.objects.filter(pk=plan.pk, lease=plan.lease)
    if not mine.update(**{field: getattr(plan, field) for field in fields}):
        raise LeaseLost


def later(plan: DnsPlan, *, code: str, wait: float = 0.0) -> bool:
    """Plan another try; False when there were enough."""
    if plan.tries >= len(AGAIN):
        return False
    seconds = max(AGAIN[plan.tries], wait)
    plan.code, plan.tries, plan.due_at = code, plan.tries + 1, after(seconds)
    store(plan, "code", "tries", "due_at")
    return True


def after(seconds: float) -> datetime:
    """That long from now, at the pace of this installation."""
    return clock.now() + timedelta(seconds=seconds * settings.DELAY_SCALE)
