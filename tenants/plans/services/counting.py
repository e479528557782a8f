"""Entitlements: what a reseller's plan allows, counted by conditional UPDATE (foundations 12)."""

from collections.abc import Mapping
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef
from django.db.models.functions import JSONObject

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


def require(feature: str, amount: int = 1) -> None:
    """Count `amount` more of a feature in the caller's transaction; raises LimitReached, NoPlan.

    The count is the reseller's, and locked until that ends: take it as late as can be.
    """
    reseller_id = current_reseller_id()
    entitlement = Entitlement.objects.select_related("plan").filter(reseller_id=reseller_id).first()
    if entitlement is None:
        raise NoPlan
    limit = entitlement.plan.limits.get(feature)
    if _count(feature, amount, limit):
        return
    # There is no row before the first; a limit that is absent is no limit.
    Counter.objects.bulk_create(
        [Counter(reseller_id=reseller_id, feature=feature)], ignore_conflicts=True
    )
    if not _count(feature, amount, limit):
        raise LimitReached(feature=feature, limit=limit)


def _count(feature: str, amount: int, limit: int | None) -> bool:
    row = Counter.objects.filter(reseller_id=current_reseller_id(), feature=feature)
    if limit is not None:
        row = row.filter(used__lte=limit - amount)
    return bool(row.update(used=F("used") + amount))


def lacking(needed: Mapping[str, int]) -> list[str]:
    """Feature → amount; the features of which `require` would not let so many more pass now."""
    counters = Counter.objects.filter(reseller_id=OuterRef("reseller_id"))
    counted = ArraySubquery(counters.values(one=JSONObject(feature="feature", used="used")))
    found = Entitlement.objects.filter(reseller_id=current_reseller_id())
    entitlement = found.select_related("plan").annotate(counted=counted).first()
    if entitlement is None:
        return [*needed]
    limits = entitlement.plan.limits
    used = {one["feature"]: one["used"] for one in entitlement.counted}
    return [
        feature
        for feature, amount in needed.items()
        if limits.get(feature) is not None and used.get(feature, 0) + amount > limits[feature]
    ]


def release(feature: str, amount: int = 1) -> None:
    """Give back what `require` counted."""
    Counter.objects.filter(reseller_id=current_reseller_id(), feature=feature).update(
        used=F("used") - amount
    )
