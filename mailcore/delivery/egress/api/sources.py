"""Sources: list, add, read, suspend, resume, and their warm-up."""

from collections.abc import Callable
from ipaddress import ip_address

from django.conf import settings
from django.urls import path
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.actor import SYSTEM, Actor
from kernel.errors import NotFound
from kernel.rest.openapi import operation
from kernel.rest.serializers import Body
from kernel.rest.views import ApiView, CommandView, actor_of
from mailcore.delivery.egress import selectors, services
from mailcore.delivery.egress.api.shapes import (
    OneSourceShown,
    SourcesShown,
    show_one_source,
    show_source,
)
from mailcore.delivery.egress.errors import LastSource, SourceExists

READ, WRITE = "nodes.read", "nodes.write"


class NewSource(Body):
    """An address, the name that leads to it and back, and the machine that has it."""

    address = serializers.CharField(max_length=60)
    ehlo = serializers.CharField(max_length=253)
    node = serializers.CharField(max_length=63)
    is_warm = serializers.BooleanField(default=False)
    example = {"address": "192.0.2.10", "ehlo": "out10.mail.example", "node": "node2"}


class Suspension(Body):
    """Why; `even_the_last`: though mail of a pool would wait."""

    reason = serializers.CharField(max_length=200)
    even_the_last = serializers.BooleanField(default=False)
    example = {"reason": "asked by the provider"}


class Sources(CommandView):
    """List and add."""

    @operation("egress_sources.list", right=READ, answers={200: SourcesShown})
    def get(self, request: Request) -> Response:
        """List the sources with today's counts."""
        rows = selectors.sources(actor=actor_of(request))
        return Response({"data": [show_source(row) for row in rows]})

    @operation(
        "egress_sources.create",
        right=WRITE,
        takes=NewSource,
        answers={201: OneSourceShown},
        found_at="egress/sources/{address}",
        problems=[SourceExists],
    )
    def perform(self, request: Request, **_: object) -> Response:
        """Add a source.

        It is in no pool yet, and its warm-up begins today unless it is warm. An address of the node
        that answers here has to be on an interface already.
        """
        body = NewSource(data=request.data)
        body.is_valid(raise_exception=True)
        given, actor = dict(body.validated_data), actor_of(request)
        is_warm = given.pop("is_warm")
        is_here = given["node"] == settings.EGRESS_NODE
        services.add_source(actor=actor, is_here=is_here, is_new=not is_warm, **given)
        return Response(_shown(read_address(given["address"].strip())), status=201)


class OneSource(ApiView):
    """Read one."""

    @operation("egress_sources.get", right=READ, answers={200: OneSourceShown})
    def get(self, request: Request, address: str) -> Response:
        """Read a source with its calendars of warm-up."""
        return Response(_one(actor_of(request), read_address(address)))


class Suspend(CommandView):
    """Send nothing more."""

    @operation(
        "egress_sources.suspend",
        right=WRITE,
        takes=Suspension,
        answers={200: OneSourceShown},
        problems=[LastSource],
    )
    def perform(self, request: Request, **parts: object) -> Response:
        """Send nothing more from a source.

        The others of its pools take over; the last one of a pool is suspended only if you say so.
        """
        body = Suspension(data=request.data)
        body.is_valid(raise_exception=True)
        actor, address = actor_of(request), read_address(str(parts["address"]))
        services.suspend_source(actor=actor, address=address, **body.validated_data)
        return Response(_shown(address))


class Order(CommandView):
    """An order that needs no body."""

    order: Callable[..., None]

    def obey(self, request: Request, parts: dict[str, object]) -> Response:
        """Carry it out and show the source."""
        actor, address = actor_of(request), read_address(str(parts["address"]))
        type(self).order(actor=actor, address=address)
        return Response(_shown(address))


class Resume(Order):
    """Send again."""

    order = staticmethod(services.resume_source)

    @operation("egress_sources.resume", right=WRITE, answers={200: OneSourceShown})
    def perform(self, request: Request, **parts: object) -> Response:
        """Send from a source again."""
        return self.obey(request, parts)


class BeginWarmUp(Order):
    """From the beginning."""

    order = staticmethod(services.begin_warmup)

    @operation("egress_sources.begin_warm_up", right=WRITE, answers={200: OneSourceShown})
    def perform(self, request: Request, **parts: object) -> Response:
        """Begin the calendars of a source anew, from today on."""
        return self.obey(request, parts)


class EndWarmUp(Order):
    """No caps any more."""

    order = staticmethod(services.end_warmup)

    @operation("egress_sources.end_warm_up", right=WRITE, answers={200: OneSourceShown})
    def perform(self, request: Request, **parts: object) -> Response:
        """Take a source for warm everywhere, at your own risk."""
        return self.obey(request, parts)


def read_address(text: str) -> str:
    """An IP address of a path, in one spelling; raises NotFound."""
    try:
        found = ip_address(text)
    except ValueError:
        raise NotFound from None
    if "%" in text:  # the database has no form for a zone
        raise NotFound
    return str(found)


def _shown(address: str) -> OneSourceShown:
    """What an order that was carried out left: whoever may give it may see that."""
    return _one(SYSTEM, address)


def _one(actor: Actor, address: str) -> OneSourceShown:
    row = next((row for row in selectors.sources(actor=actor) if row["address"] == address), None)
    if row is None:
        raise NotFound
    return show_one_source(row, selectors.warmup(actor=actor, address=address))


_ONE = "egress/sources/<str:address>"
urlpatterns = [
    path("egress/sources", Sources.as_view(), name="operator-api-egress-sources"),
    path(_ONE, OneSource.as_view(), name="operator-api-egress-source"),
    path(f"{_ONE}/suspend", Suspend.as_view(), name="operator-api-egress-source-suspend"),
    path(f"{_ONE}/resume", Resume.as_view(), name="operator-api-egress-source-resume"),
    path(f"{_ONE}/warm-up/begin", BeginWarmUp.as_view(), name="operator-api-egress-warm-up-begin"),
    path(f"{_ONE}/warm-up/end", EndWarmUp.as_view(), name="operator-api-egress-warm-up-end"),
]
