"""Entitlements: what a reseller's plan allows, counted by conditional UPDATE (foundations 12)."""

from uuid import UUID

from django.db import transaction
from django.db.models import F

from kernel.tenancy import current_reseller_id
from tenants.plans.errors import LimitReached, NoPlan
from tenants.plans.models import Counter, Entitlement, Plan
from tenants.plans.selectors import find_newest

DEFAULT_PLAN = "starter"
_DEFAULT_LIMITS = {"organisations": 500, "domains": 1000, "mailboxes": 10_000}


def ensure_default_plan() -> None:
    """Make the plan that every new reseller gets; leaves it alone when it stands."""
    Plan.objects.get_or_create(
        key=DEFAULT_PLAN, version=1, defaults={"name": "Starter", "limits": _DEFAULT_LIMITS}
    )


def grant_plan(*, reseller_id: UUID, key: str = DEFAULT_PLAN) -> None:
    """Give a reseller the newest version of a plan; run inside the reseller.

    Raises Plan.DoesNotExist.
    """
    plan = find_newest(key)
    if plan is None:
        raise Plan.DoesNotExist(key)
    give(plan, reseller_id=reseller_id)


def give(plan: Plan, *, reseller_id: UUID) -> None:
    """Have a reseller hold this version of a plan; run inside the reseller or as operator."""
    Entitlement.objects.update_or_create(reseller_id=reseller_id, defaults={"plan": plan})


def grant_first_plan(*, reseller_id: UUID) -> None:
    """Give the default plan to a reseller that has none; run inside the reseller."""
    if not Entitlement.objects.filter(reseller_id=reseller_id).exists():
        grant_plan(reseller_id=reseller_id)


@transaction.atomic
def require(feature: str, amount: int = 1) -> None:
    """Count `amount` more of a feature in the caller's transaction; raises LimitReached, NoPlan."""
    reseller_id = current_reseller_id()
    entitlement = Entitlement.objects.select_related("plan").filter(reseller_id=reseller_id).first()
    if entitlement is None:
        raise NoPlan
    # A limit that is absent is no limit; the row is made first so that the UPDATE always finds it.
    limit = entitlement.plan.limits.get(feature)
    Counter.objects.bulk_create(
        [Counter(reseller_id=reseller_id, feature=feature)], ignore_conflicts=True
    )
    row = Counter.objects.filter(reseller_id=reseller_id, feature=feature)
    if limit is not None:
        row = row.filter(used__lte=limit - amount)
    if not row.update(used=F("used") + amount):
        raise LimitReached(feature=feature, limit=limit)


def has_room(feature: str, amount: int) -> bool:
    """Whether `require` would let so many more pass now."""
    reseller_id = current_reseller_id()
    entitlement = Entitlement.objects.select_related("plan").filter(reseller_id=reseller_id).first()
    limit = entitlement.plan.limits.get(feature) if entitlement else 0
    if limit is None:
        return True
    used = Counter.objects.filter(reseller_id=reseller_id, feature=feature)
    return sum(used.values_list("used", flat=True)) + amount <= limit


def release(feature: str, amount: int = 1) -> None:
    """Give back what `require` counted."""
    Counter.objects.filter(reseller_id=current_reseller_id(), feature=feature).update(
        used=F("used") - amount
    )
