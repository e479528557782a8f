"""Read plans, and who has which."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject

from kernel.errors import NotFound
from tenants.plans.models import Counter, Entitlement, Plan
from tenants.resellers.models import Reseller


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """The newest version of a plan; how many resellers have it, and how many an older one."""

    plan: Plan
    resellers: int
    on_older: int


def find_newest(key: str) -> Plan | None:
    """The version that whoever gets the plan now gets."""
    return Plan.objects.filter(key=key).order_by("-version").first()


def list_offers(*, key: str | None = None) -> Sequence[Offer]:
    """Every plan by its key, or the one with this key; at the operator's host alone."""
    rows = Plan.objects.annotate(held=Count("entitlement")).order_by("key", "-version")
    found: dict[str, list[Plan]] = {}
    for row in rows if key is None else rows.filter(key=key):
        found.setdefault(row.key, []).append(row)
    return [
        Offer(plan=newest, resellers=_held(newest), on_older=sum(map(_held, older)))
        for newest, *older in found.values()
    ]


def get_offer(key: str) -> Offer:
    """One by its key; raises NotFound."""
    if "\0" in key or not (found := list_offers(key=key)):
        raise NotFound
    return found[0]


def with_plans(resellers: QuerySet[Reseller]) -> QuerySet[Reseller]:
    """The same rows with `plan_key`, `plan_version` (None without a plan) and `counted`.

    `counted` lists `{"feature": …, "used": …}`. At the operator's host alone.
    """
    held = Entitlement.objects.filter(reseller_id=OuterRef("public_id"))
    counters = Counter.objects.filter(reseller_id=OuterRef("public_id")).order_by("feature")
    told: QuerySet[Reseller] = resellers.annotate(
        plan_key=Subquery(held.values("plan__key")[:1]),
        plan_version=Subquery(held.values("plan__version")[:1]),
        counted=ArraySubquery(counters.values(one=JSONObject(feature="feature", used="used"))),
    )
    return told


def _held(plan: Plan) -> int:
    count: int = plan.held  # type: ignore[attr-defined]  # annotated above
    return count
