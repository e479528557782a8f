"""Pools: list, add, read, and the sources in them."""

from typing import Any

from django.urls import path
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.actor import SYSTEM, Actor
from kernel.errors import NotFound
from kernel.rest.openapi import operation
from kernel.rest.serializers import Body, Reference
from kernel.rest.views import ApiView, CommandView, actor_of
from mailcore.delivery.egress import selectors, services
from mailcore.delivery.egress.api.shapes import PoolShown, PoolsShown, show_pool
from mailcore.delivery.egress.api.sources import READ, WRITE, read_address
from mailcore.delivery.egress.errors import LastSource, PoolExists
from mailcore.protocol.providers import PROVIDERS
from tenants.resellers.selectors import get_reseller


class NewPool(Body):
    """A name of small letters, digits and hyphens; with a reseller, for this one alone."""

    name = serializers.CharField(max_length=63)
    reseller = Reference("res", required=False, allow_null=True)
    example = {"name": "premium", "reseller": "res_01k8yzq3s5v7x9z1b3d5f7h9k1"}


class Membership(Body):
    """A source, its weight among the others, and for which providers alone (null: for all)."""

    address = serializers.CharField(max_length=60)
    weight = serializers.IntegerField(min_value=1, max_value=10_000, default=100)
    providers = serializers.ListField(
        child=serializers.ChoiceField(sorted(PROVIDERS)),
        required=False,
        allow_null=True,
        max_length=len(PROVIDERS),
    )
    role = serializers.ChoiceField(["active", "standby"], default="active")
    example = {"address": "192.0.2.10", "weight": 200, "providers": ["gmail"]}


class Pools(CommandView):
    """List and add."""

    @operation("egress_pools.list", right=READ, answers={200: PoolsShown})
    def get(self, request: Request) -> Response:
        """List the pools with their sources and streams."""
        rows = selectors.pools(actor=actor_of(request))
        return Response({"data": [show_pool(row) for row in rows]})

    @operation(
        "egress_pools.create",
        right=WRITE,
        takes=NewPool,
        answers={201: PoolShown},
        found_at="egress/pools/{name}",
        problems=[PoolExists],
    )
    def perform(self, request: Request, **_: object) -> Response:
        """Add an empty pool."""
        given = _checked(NewPool, request)
        reseller = given.get("reseller")
        services.add_pool(
            actor=actor_of(request),
            name=given["name"],
            reseller_id=get_reseller(reseller).public_id if reseller else None,
        )
        return Response(_one(SYSTEM, given["name"]), status=201)


class OnePool(ApiView):
    """Read one."""

    @operation("egress_pools.get", right=READ, answers={200: PoolShown})
    def get(self, request: Request, pool: str) -> Response:
        """Read a pool."""
        return Response(_one(actor_of(request), pool))


class Members(CommandView):
    """Put a source in."""

    @operation("egress_members.set", right=WRITE, takes=Membership, answers={200: PoolShown})
    def perform(self, request: Request, **parts: object) -> Response:
        """Put a source into a pool, or change its weight, providers and role in it."""
        given, pool = _checked(Membership, request), _name(parts["pool"])
        services.set_member(
            actor=actor_of(request),
            pool=pool,
            address=read_address(given["address"].strip()),
            weight=given["weight"],
            providers=given.get("providers") or (),
            role=given["role"],
        )
        return Response(_one(SYSTEM, pool))


class OneMember(ApiView):
    """Take a source out."""

    @operation("egress_members.delete", right=WRITE, answers={204: None}, problems=[LastSource])
    def delete(self, request: Request, pool: str, address: str) -> Response:
        """Take a source out of a pool, unless it is the last one that sends."""
        services.remove_member(
            actor=actor_of(request), pool=_name(pool), address=read_address(address)
        )
        return Response(status=204)


def _name(text: object) -> str:
    """A pool's name of a path; raises NotFound for what cannot be one."""
    if "\0" in str(text):
        raise NotFound
    return str(text)


def _one(actor: Actor, name: str) -> PoolShown:
    row = next((row for row in selectors.pools(actor=actor) if row["name"] == name), None)
    if row is None:
        raise NotFound
    return show_pool(row)


def _checked(of: type[Body], request: Request) -> dict[str, Any]:
    body = of(data=request.data)
    body.is_valid(raise_exception=True)
    return dict(body.validated_data)


_ONE = "egress/pools/<str:pool>"
urlpatterns = [
    path("egress/pools", Pools.as_view(), name="operator-api-egress-pools"),
    path(_ONE, OnePool.as_view(), name="operator-api-egress-pool"),
    path(f"{_ONE}/members", Members.as_view(), name="operator-api-egress-members"),
    path(f"{_ONE}/members/<str:address>", OneMember.as_view(), name="operator-api-egress-member"),
]
