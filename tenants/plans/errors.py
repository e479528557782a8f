"""What the plan does not allow."""

from kernel.errors import ApplicationError


class LimitReached(ApplicationError):
    """Your plan's limit is reached."""

    code = "plan.limit_reached"
    status = 403


class NoPlan(ApplicationError):
    """This account has no plan yet."""

    code = "plan.none"
    status = 403
