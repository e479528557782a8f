"""The operator's `/api/v1/plans`: what resellers may have."""

from collections.abc import Mapping
from typing import Any, TypedDict

from django.urls import path
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.actor import authorise
from kernel.rest.openapi import operation, shape
from kernel.rest.serializers import Body
from kernel.rest.views import ApiView, CommandView, actor_of
from tenants.plans import errors, selectors, services
from tenants.plans.selectors import Offer
from tenants.plans.services.offering import MOST

_EXAMPLE = {
    "key": "agency",
    "version": 2,
    "name": "Agency",
    "limits": {"organisations": 50, "domains": 500, "mailboxes": 5000},
    "resellers": 12,
    "resellers_on_older": 3,
}


def _limit() -> serializers.IntegerField:
    return serializers.IntegerField(min_value=0, max_value=MOST, required=False, allow_null=True)


class Limits(Body):
    """How many of each a reseller may have; what is null or not there is not limited."""

    organisations = _limit()
    domains = _limit()
    mailboxes = _limit()
    aliases = _limit()
    example = {"organisations": 50, "domains": 500, "mailboxes": 5000}


class NewPlan(Body):
    """A key that stays, a name for people, and the limits."""

    key = serializers.CharField(max_length=40)
    name = serializers.CharField(max_length=60)
    limits = Limits()
    example = {"key": "agency", "name": "Agency", "limits": Limits.example}


class PlanChange(Body):
    """What is to be different; limits that are given replace all."""

    name = serializers.CharField(max_length=60, required=False)
    limits = Limits(required=False)
    example = {"limits": Limits.example}


class PlanShown(TypedDict):
    """The newest version of a plan; resellers keep the version that they were given."""

    key: str
    version: int
    name: str
    limits: Mapping[str, int]
    resellers: int
    resellers_on_older: int


shape(example=_EXAMPLE)(PlanShown)


@shape(example={"data": [_EXAMPLE]})
class PlansShown(TypedDict):
    """All plans, by their keys."""

    data: list[PlanShown]


def show(offer: Offer) -> PlanShown:
    """A plan as JSON."""
    return {
        "key": offer.plan.key,
        "version": offer.plan.version,
        "name": offer.plan.name,
        "limits": offer.plan.limits,
        "resellers": offer.resellers,
        "resellers_on_older": offer.on_older,
    }


class Plans(CommandView):
    """List and create."""

    @operation("plans.list", right="plans.read", answers={200: PlansShown})
    def get(self, request: Request) -> Response:
        """List the plans."""
        authorise(actor_of(request), "plans.read")
        return Response({"data": [show(offer) for offer in selectors.list_offers()]})

    @operation(
        "plans.create",
        right="plans.write",
        takes=NewPlan,
        answers={201: PlanShown},
        found_at="plans/{key}",
        problems=[errors.PlanExists],
    )
    def perform(self, request: Request, **_: object) -> Response:
        """Create a plan."""
        given = _checked(NewPlan, request)
        services.create_plan(actor=actor_of(request), **given)
        return Response(show(selectors.get_offer(given["key"])), status=201)


class OnePlan(ApiView):
    """Read, change or remove one."""

    @operation("plans.get", right="plans.read", answers={200: PlanShown})
    def get(self, request: Request, plan: str) -> Response:
        """Read a plan."""
        authorise(actor_of(request), "plans.read")
        return Response(show(selectors.get_offer(plan)))

    @operation("plans.update", right="plans.write", takes=PlanChange, answers={200: PlanShown})
    def patch(self, request: Request, plan: str) -> Response:
        """Change a plan.

        This makes its next version, which whoever gets the plan from now on gets. Resellers that
        have it keep their version until it is given to them again.
        """
        given = _checked(PlanChange, request)
        services.change_plan(actor=actor_of(request), key=plan, **given)
        return Response(show(selectors.get_offer(plan)))

    @operation(
        "plans.delete", right="plans.write", answers={204: None}, problems=[errors.PlanInUse]
    )
    def delete(self, request: Request, plan: str) -> Response:
        """Delete a plan that nobody has, and that new resellers do not get."""
        services.remove_plan(actor=actor_of(request), key=plan)
        return Response(status=204)


def _checked(of: type[Body], request: Request) -> dict[str, Any]:
    body = of(data=request.data)
    body.is_valid(raise_exception=True)
    return dict(body.validated_data)


urlpatterns = [
    path("plans", Plans.as_view(), name="operator-api-plans"),
    path("plans/<str:plan>", OnePlan.as_view(), name="operator-api-plan"),
]
