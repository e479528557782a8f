"""`/api/v1/domains/{domain_id}/dns-plans`: what would change in a zone, apply it, take it back."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, TypedDict

from django.urls import path
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from kernel import ids
from kernel.rest.openapi import Id, OneOf, Page, operation, shape
from kernel.rest.paging import page
from kernel.rest.serializers import Body, Reference
from kernel.rest.views import ApiView, AskingCommandView, CommandView, actor_of
from mailcore.domains import errors, plan_words, services
from mailcore.domains.api.domains import find
from mailcore.zones import errors as zone_errors
from mailcore.zones import selectors
from mailcore.zones.models import DnsPlan
from mailcore.zones.states import Origin, PlanState


class NewDnsPlan(Body):
    """The credential to write with, and the purposes for which strangers' records go."""

    credential = Reference("dnc", required=False)
    replace = serializers.ListField(
        child=serializers.CharField(max_length=40), max_length=30, default=list
    )
    example = {"credential": "dnc_01k8z1c3e5g7j9m1p3r5t7w9y1", "replace": ["mx"]}


class PlannedSet(TypedDict):
    """Values that stand at a name."""

    name: str
    type: str
    values: list[str]
    ttl: int


class PlannedStep(TypedDict):
    """A value to add or to remove; `done`: the zone shows it so."""

    add: bool
    purpose: str
    name: str
    type: str
    value: str
    ttl: int
    done: bool


class PlanLeft(TypedDict):
    """Values that stay as they are, and why."""

    purpose: str
    name: str
    type: str
    values: list[str]
    code: str
    sentence: str


class PlanWarning(TypedDict):
    """What should be known before."""

    purpose: str
    code: str
    values: list[str]
    sentence: str


@shape(
    example={
        "id": "dpl_01k8z1c3e5g7j9m1p3r5t7w9y1",
        "domain": "dom_01k8z1c3e5g7j9m1p3r5t7w9y1",
        "credential": "dnc_01k8z1c3e5g7j9m1p3r5t7w9y1",
        "origin": "person",
        "zone": "client.test",
        "state": "planned",
        "code": "",
        "sentence": "Nothing is changed yet.",
        "fingerprint": "5d1c…",
        "replace": ["mx"],
        "current": [],
        "changes": [
            {
                "add": True,
                "purpose": "mx",
                "name": "client.test",
                "type": "MX",
                "value": "10 mx.example.net",
                "ttl": 3600,
                "done": False,
            }
        ],
        "left": [],
        "warnings": [],
        "created_at": "2026-03-01T09:30:00Z",
        "expires_at": "2026-03-01T10:30:00Z",
        "applied_at": None,
        "verified_at": None,
        "undone_at": None,
    }
)
class DnsPlanShown(TypedDict):
    """A plan; `code` and `sentence` tell how far it is, or why it failed."""

    id: Annotated[str, Id("dpl")]
    domain: Annotated[str, Id("dom")]
    credential: Annotated[str, Id("dnc")]
    origin: Annotated[str, OneOf(Origin)]
    zone: str
    state: Annotated[str, OneOf(PlanState)]
    code: str
    sentence: str
    fingerprint: str
    replace: list[str]
    current: list[PlannedSet]
    changes: list[PlannedStep]
    left: list[PlanLeft]
    warnings: list[PlanWarning]
    created_at: datetime
    expires_at: datetime
    applied_at: datetime | None
    verified_at: datetime | None
    undone_at: datetime | None


def show(plan: DnsPlan) -> DnsPlanShown:
    """A plan as JSON; once undone, `left` also says what was left as it is."""
    kept = [_kept(one) for one in (plan.undo or {}).get("left", ())]
    return {
        "id": plan.reference,
        "domain": ids.to_public("dom", plan.domain_id),
        "credential": ids.to_public("dnc", plan.credential_id),
        "origin": plan.origin,
        "zone": plan.zone,
        "state": plan.state,
        "code": plan.code,
        "sentence": plan_words.plan_sentence(plan.state, plan.code),
        "fingerprint": plan.fingerprint,
        "replace": plan.replace,
        "current": [held for held in plan.current if held["values"]],
        "changes": [_step(step) for step in plan.steps],
        "left": [*(_left(one) for one in plan.left), *kept],
        "warnings": [_warning(one) for one in plan.warnings],
        "created_at": plan.created_at,
        "expires_at": plan.expires_at,
        "applied_at": plan.applied_at,
        "verified_at": plan.verified_at,
        "undone_at": plan.undone_at,
    }


def _step(step: dict[str, Any]) -> PlannedStep:
    return {
        "add": step["add"],
        "purpose": step["purpose"],
        "name": step["name"],
        "type": step["type"],
        "value": step["value"],
        "ttl": step["ttl"],
        "done": step["done"],
    }


def _left(one: dict[str, Any]) -> PlanLeft:
    return {
        "purpose": one["purpose"],
        "name": one["name"],
        "type": one["type"],
        "values": one["values"],
        "code": one["code"],
        "sentence": plan_words.left_sentence(one["code"]),
    }


def _kept(change: dict[str, Any]) -> PlanLeft:
    return _left({**change, "values": [change["value"]]})


def _warning(one: dict[str, Any]) -> PlanWarning:
    return {
        "purpose": one["purpose"],
        "code": one["code"],
        "values": one["values"],
        "sentence": plan_words.warning_sentence(one["code"], one["values"]),
    }


_SERVER = (zone_errors.ZoneUnavailable, zone_errors.ZoneNotWritable)


class DnsPlans(AskingCommandView):
    """List and make."""

    @operation("dns_plans.list", right="domains.read", answers={200: Page[DnsPlanShown]})
    def get(self, request: Request, domain_id: str) -> Response:
        """List the plans for a domain's zone."""
        domain = find(request, domain_id)
        return page(request, selectors.list_plans(domain.public_id), show=show)

    @operation(
        "dns_plans.create",
        right="domains.write",
        takes=NewDnsPlan,
        answers={201: DnsPlanShown},
        found_at="domains/{domain_id}/dns-plans/{id}",
        problems=[errors.NoDnsCredential, *_SERVER],
    )
    def perform(self, request: Request, **parts: object) -> Callable[[], Response]:
        """Plan what to change in a domain's zone.

        The zone is read, which takes up to 20 seconds; nothing is changed.
        """
        domain_id = ids.from_public("dom", str(parts["domain_id"]))
        body = NewDnsPlan(data=request.data)
        body.is_valid(raise_exception=True)
        actor = actor_of(request)
        draft = services.draft_dns_plan(
            actor=actor,
            domain_id=domain_id,
            credential_id=body.validated_data.get("credential"),
            replace=body.validated_data["replace"],
        )

        def keep() -> Response:
            return Response(show(services.keep_dns_plan(actor=actor, draft=draft)), status=201)

        return keep


class OneDnsPlan(ApiView):
    """Read one."""

    @operation("dns_plans.get", right="domains.read", answers={200: DnsPlanShown})
    def get(self, request: Request, domain_id: str, plan_id: str) -> Response:
        """Read a plan."""
        domain = find(request, domain_id)
        plan = selectors.get_plan(ids.from_public("dpl", plan_id), domain_id=domain.public_id)
        return Response(show(plan))


class ApplyDnsPlan(AskingCommandView):
    """Carry it out."""

    @operation(
        "dns_plans.apply",
        right="domains.write",
        answers={202: DnsPlanShown},
        found_at="domains/{domain_id}/dns-plans/{id}",
        problems=[
            errors.NoDnsCredential,
            zone_errors.ZoneChanged,
            zone_errors.PlanExpired,
            zone_errors.PlanState,
            zone_errors.PlanBusy,
            *_SERVER,
        ],
    )
    def perform(self, request: Request, **parts: object) -> Callable[[], Response]:
        """Apply a plan, if the zone is still as it was planned for.

        It is written within seconds, then looked for at every name server of the domain. From then
        on the domain's records are kept up to date.
        """
        actor = actor_of(request)
        domain_id = ids.from_public("dom", str(parts["domain_id"]))
        plan_id = ids.from_public("dpl", str(parts["plan_id"]))
        services.check_dns_plan(actor=actor, domain_id=domain_id, plan_id=plan_id)

        def begin() -> Response:
            plan = services.begin_dns_plan(actor=actor, domain_id=domain_id, plan_id=plan_id)
            return Response(show(plan), status=202)

        return begin


class UndoDnsPlan(CommandView):
    """Take it back."""

    @operation(
        "dns_plans.undo",
        right="domains.write",
        answers={202: DnsPlanShown},
        found_at="domains/{domain_id}/dns-plans/{id}",
        problems=[zone_errors.PlanState, zone_errors.PlanBusy],
    )
    def perform(self, request: Request, **parts: object) -> Response:
        """Put back what a plan changed, where it still stands as it was left.

        The domain's records are not kept up to date any more until a plan is applied again.
        """
        plan = services.undo_dns_plan(
            actor=actor_of(request),
            domain_id=ids.from_public("dom", str(parts["domain_id"])),
            plan_id=ids.from_public("dpl", str(parts["plan_id"])),
        )
        return Response(show(plan), status=202)


_ONE = "domains/<str:domain_id>/dns-plans/<str:plan_id>"
urlpatterns = [
    path("domains/<str:domain_id>/dns-plans", DnsPlans.as_view(), name="api-dns-plans"),
    path(_ONE, OneDnsPlan.as_view(), name="api-dns-plan"),
    path(f"{_ONE}/apply", ApplyDnsPlan.as_view(), name="api-dns-plan-apply"),
    path(f"{_ONE}/undo", UndoDnsPlan.as_view(), name="api-dns-plan-undo"),
]
