"""What the plan does not allow, and what cannot be done with plans."""

from kernel.errors import ApplicationError, Conflict, InvalidInput


class LimitReached(ApplicationError):
    """Your plan's limit is reached."""

    code = "plan.limit_reached"
    status = 403


class NoPlan(ApplicationError):
    """This account has no plan yet."""

    code = "plan.none"
    status = 403


class PlanExists(Conflict):
    """There is a plan with this key."""

    code = "plan.exists"


class PlanInUse(Conflict):
    """Resellers have this plan, or new ones get it."""

    code = "plan.in_use"


class UnknownPlan(InvalidInput):
    """There is no plan with this key."""

    code = "plan.unknown"
