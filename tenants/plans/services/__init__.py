"""What is done with plans: what they allow is counted, and the operator makes and gives them."""

from tenants.plans.services.counting import (
    DEFAULT_PLAN,
    ensure_default_plan,
    grant_first_plan,
    grant_plan,
    lacking,
    release,
    require,
)
from tenants.plans.services.offering import assign_plan, change_plan, create_plan, remove_plan

__all__ = [
    "DEFAULT_PLAN",
    "assign_plan",
    "change_plan",
    "create_plan",
    "ensure_default_plan",
    "grant_first_plan",
    "grant_plan",
    "lacking",
    "release",
    "remove_plan",
    "require",
]
