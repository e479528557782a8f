"""Plans as the operator makes, changes and gives them.

A change makes the next version: who has the plan keeps the version that was given, until it is given again.
"""

import re
from collections.abc import Mapping
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from kernel import ids
from kernel.actor import Actor, authorise
from kernel.errors import InvalidInput, NotFound
from kernel.outbox import audit
from kernel.tenancy import OPERATOR_RESELLER
from tenants.plans.errors import PlanExists, PlanInUse, UnknownPlan
from tenants.plans.features import FEATURES
from tenants.plans.models import Plan
from tenants.plans.selectors import find_newest
from tenants.plans.services.counting import DEFAULT_PLAN, give
from tenants.resellers.text import clean_line

RIGHT = "plans.write"
_KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,39}", re.ASCII)
_LONGEST_NAME = 60
MOST = 1_000_000_000
Limits = Mapping[str, int | None]


@transaction.atomic
def create_plan(*, actor: Actor, key: str, name: str, limits: Limits) -> Plan:
    """The first version of a plan; raises NotAllowed, InvalidInput, PlanExists."""
    authorise(actor, RIGHT)
    if not _KEY.fullmatch(key):
        raise InvalidInput("A key has 1 to 40 small letters, digits and hyphens.", field="key")
    plan = Plan(key=key, version=1, name=_name(name), limits=_limits(limits))
    try:
        with transaction.atomic():
            plan.save(force_insert=True)
    except IntegrityError as error:
        raise PlanExists(field="key") from error
    _audit("plan.created", key, actor, limits=plan.limits)
    return plan


@transaction.atomic
def change_plan(
    *, actor: Actor, key: str, name: str | None = None, limits: Limits | None = None
) -> Plan:
    """The next version of a plan, or the newest one when nothing differs.

    Raises NotAllowed, NotFound, InvalidInput.
    """
    authorise(actor, RIGHT)
    newest = _newest_locked(key)
    wanted = newest.name if name is None else _name(name)
    allowed = newest.limits if limits is None else _limits(limits)
    if (wanted, allowed) == (newest.name, newest.limits):
        return newest
    plan = Plan(key=key, version=newest.version + 1, name=wanted, limits=allowed)
    plan.save(force_insert=True)
    _audit("plan.changed", key, actor, version=plan.version, limits=allowed)
    return plan


@transaction.atomic
def remove_plan(*, actor: Actor, key: str) -> None:
    """Delete a plan that nobody has; raises NotAllowed, NotFound, PlanInUse."""
    authorise(actor, RIGHT)
    _newest_locked(key)
    if key == DEFAULT_PLAN:
        raise PlanInUse
    try:
        with transaction.atomic():
            Plan.objects.filter(key=key).delete()
    except (ProtectedError, IntegrityError) as error:
        raise PlanInUse from error
    _audit("plan.removed", key, actor)


@transaction.atomic
def assign_plan(*, actor: Actor, reseller_id: UUID, key: str) -> None:
    """Give a reseller the newest version of a plan; what it uses already stays.

    Raises NotAllowed, UnknownPlan. The reseller is one that the caller has looked up.
    """
    authorise(actor, "resellers.write")
    try:
        plan = _newest_locked(key)  # nobody deletes it until the caller is done
    except NotFound as error:
        raise UnknownPlan(field="plan") from error
    give(plan, reseller_id=reseller_id)
    audit(
        "reseller.plan_given",
        subject=ids.to_public("res", reseller_id),
        actor=actor,
        data={"plan": key, "version": plan.version},
        reseller_id=OPERATOR_RESELLER,
    )


def _newest_locked(key: str) -> Plan:
    """The newest version; its first one is locked, so that versions are made one after the other."""
    found = (
        Plan.objects.select_for_update().filter(key=key) if "\0" not in key else Plan.objects.none()
    )
    if found.order_by("version").first() is None or (newest := find_newest(key)) is None:
        raise NotFound
    return newest


def _name(text: str) -> str:
    name = clean_line(text)
    if not 0 < len(name) <= _LONGEST_NAME:
        raise InvalidInput("A name has 1 to 60 visible characters.", field="name")
    return name


def _limits(limits: Limits) -> dict[str, int]:
    """Only what is limited; raises InvalidInput."""
    for feature, limit in limits.items():
        if feature not in FEATURES:
            raise InvalidInput(f"A plan limits {', '.join(FEATURES)}.", field="limits")
        if limit is not None and not 0 <= limit <= MOST:
            raise InvalidInput(f"A limit is 0 to {MOST}.", field=f"limits/{feature}")
    return {feature: limit for feature, limit in limits.items() if limit is not None}


def _audit(action: str, key: str, actor: Actor, **data: object) -> None:
    audit(action, subject=key, actor=actor, data=data, reseller_id=OPERATOR_RESELLER)
