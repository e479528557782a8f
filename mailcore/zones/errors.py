"""Why a plan cannot be made, applied or undone."""

from kernel.errors import ApplicationError, Conflict


class ZoneUnavailable(ApplicationError):
    """The DNS server did not answer as it should: %(reason)s"""

    code = "dns_plan.zone_unavailable"
    status = 503


class ZoneNotWritable(Conflict):
    """The DNS server does not let us write this zone: %(reason)s"""

    code = "dns_plan.zone_refused"


class ZoneChanged(Conflict):
    """The zone was changed since this plan was made: make a new plan."""

    code = "dns_plan.zone_changed"


class PlanExpired(Conflict):
    """This plan is too old: make a new plan."""

    code = "dns_plan.expired"


class PlanState(Conflict):
    """The plan is in a state in which this cannot be done."""

    code = "dns_plan.state"


class PlanBusy(Conflict):
    """Another plan of this domain is being carried out: wait for it to end."""

    code = "dns_plan.busy"


class LeaseLost(Exception):
    """Somebody else works on the plan by now: what we learned is not stored."""
