"""The operator's `/api/v1/resellers`: list, create, read, change."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, TypedDict
from uuid import UUID

from django.db import transaction
from django.urls import path
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from kernel import ids
from kernel.actor import authorise
from kernel.rest import listing
from kernel.rest.listing import Listing
from kernel.rest.openapi import Id, OneOf, Page, operation, shape
from kernel.rest.paging import page
from kernel.rest.serializers import Body
from kernel.rest.views import ApiView, CommandView, actor_of
from tenants.plans import services as plans
from tenants.plans.errors import UnknownPlan
from tenants.plans.selectors import with_plans
from tenants.resellers import errors, selectors, services
from tenants.resellers.models import Reseller
from tenants.resellers.states import HostKind, ResellerState

READ, WRITE = "resellers.read", "resellers.write"


class NewReseller(Body):
    """Who it is; `slug` becomes the portal's host name. Without a plan it gets the default one."""

    name = serializers.CharField(max_length=100)
    slug = serializers.CharField(max_length=40)
    owner_email = serializers.CharField(max_length=254)
    plan = serializers.CharField(max_length=40, required=False)
    example = {
        "name": "Acme Agency",
        "slug": "acme",
        "owner_email": "alice@acme.example",
        "plan": "agency",
    }


class ResellerChange(Body):
    """What is to be different."""

    name = serializers.CharField(max_length=100, required=False)
    plan = serializers.CharField(max_length=40, required=False)
    example = {"plan": "agency"}


class HostShown(TypedDict):
    """A host name of the reseller, and what it serves."""

    name: str
    kind: Annotated[str, OneOf(HostKind)]


class HeldPlan(TypedDict):
    """The plan that the reseller has, in the version that it was given."""

    key: str
    version: int


@shape(
    example={
        "id": "res_01k8yzq3s5v7x9z1b3d5f7h9k1",
        "name": "Acme Agency",
        "slug": "acme",
        "state": "active",
        "owner_email": "alice@acme.example",
        "hosts": [{"name": "acme.example.net", "kind": "portal"}],
        "plan": {"key": "agency", "version": 2},
        "usage": {"organisations": 4, "domains": 31, "mailboxes": 260},
        "created_at": "2026-03-01T09:00:00Z",
        "activated_at": "2026-03-01T09:00:03Z",
    }
)
class ResellerShown(TypedDict):
    """A reseller; `usage` counts what its plan can limit, and it is pending until its portal answers."""

    id: Annotated[str, Id("res")]
    name: str
    slug: str
    state: Annotated[str, OneOf(ResellerState)]
    owner_email: str
    hosts: list[HostShown]
    plan: HeldPlan | None
    usage: Mapping[str, int]
    created_at: datetime
    activated_at: datetime | None


def show(row: Any) -> ResellerShown:
    """A row of `with_plans` as JSON."""
    held: HeldPlan | None = None
    if row.plan_key is not None:
        held = {"key": row.plan_key, "version": row.plan_version}
    return {
        "id": ids.to_public("res", row.public_id),
        "name": row.name,
        "slug": row.slug,
        "state": row.state,
        "owner_email": row.owner_email,
        "hosts": [{"name": host.domain, "kind": host.kind} for host in row.domains.all()],
        "plan": held,
        "usage": {one["feature"]: one["used"] for one in row.counted},
        "created_at": row.created_at,
        "activated_at": row.activated_at,
    }


LISTING = Listing(
    filters={
        "name_contains": listing.text("name__icontains", says="a part of the name"),
        "slug": listing.text("slug", says="this slug"),
        "owner_email": listing.text("owner_email", says="this owner's address"),
        "state": listing.choice("state", ResellerState.values, says="in this state"),
        "plan": listing.text("plan_key", says="with any version of this plan"),
        "created_after": listing.instant("created_at__gt", says="made after this time"),
        "created_before": listing.instant("created_at__lt", says="made before this time"),
    },
    sorts={"name": "name", "slug": "slug"},
)


class Resellers(CommandView):
    """List and create."""

    @operation("resellers.list", right=READ, answers={200: Page[ResellerShown]}, query=LISTING)
    def get(self, request: Request) -> Response:
        """List the resellers."""
        authorise(actor_of(request), READ)
        rows = with_plans(selectors.list_resellers())
        return page(request, rows, show=show, listing=LISTING)

    @operation(
        "resellers.create",
        right=WRITE,
        takes=NewReseller,
        answers={202: ResellerShown},
        found_at="resellers/{id}",
        problems=[
            errors.InvalidCompany,
            errors.InvalidSlug,
            errors.SlugReserved,
            errors.SlugTaken,
            errors.InvalidEmail,
            UnknownPlan,
        ],
    )
    def perform(self, request: Request, **_: object) -> Response:
        """Create a reseller.

        It is pending for some seconds, then its portal answers and its owner is mailed a link by
        which a password is chosen.
        """
        body = NewReseller(data=request.data)
        body.is_valid(raise_exception=True)
        given, actor = dict(body.validated_data), actor_of(request)
        plan = given.pop("plan", None)
        with transaction.atomic():
            made = services.create_reseller(actor=actor, **given)
            if plan is not None:
                plans.assign_plan(actor=actor, reseller_id=made.public_id, key=plan)
        return Response(show(_get(made.public_id)), status=202)


class OneReseller(ApiView):
    """Read or change one."""

    @operation("resellers.get", right=READ, answers={200: ResellerShown})
    def get(self, request: Request, reseller_id: str) -> Response:
        """Read a reseller."""
        authorise(actor_of(request), READ)
        return Response(show(_get(ids.from_public("res", reseller_id))))

    @operation(
        "resellers.update",
        right=WRITE,
        takes=ResellerChange,
        answers={200: ResellerShown},
        problems=[errors.InvalidCompany, UnknownPlan],
    )
    def patch(self, request: Request, reseller_id: str) -> Response:
        """Rename a reseller, or give it the newest version of a plan.

        What it uses beyond a smaller plan stays; more is refused.
        """
        body = ResellerChange(data=request.data)
        body.is_valid(raise_exception=True)
        given, actor = body.validated_data, actor_of(request)
        authorise(actor, WRITE)
        found = selectors.get_reseller(ids.from_public("res", reseller_id)).public_id
        with transaction.atomic():
            if "name" in given:
                services.rename_reseller(actor=actor, reseller_id=found, name=given["name"])
            if "plan" in given:
                plans.assign_plan(actor=actor, reseller_id=found, key=given["plan"])
        return Response(show(_get(found)))


def _get(reseller_id: UUID) -> Reseller:
    return selectors.get_reseller(reseller_id, among=with_plans(selectors.list_resellers()))


urlpatterns = [
    path("resellers", Resellers.as_view(), name="operator-api-resellers"),
    path("resellers/<str:reseller_id>", OneReseller.as_view(), name="operator-api-reseller"),
]
