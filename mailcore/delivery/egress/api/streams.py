"""From which pool a stream's mail leaves, one reseller's or everybody's."""

from uuid import UUID

from django.urls import path
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.errors import NotFound
from kernel.rest.openapi import operation
from kernel.rest.serializers import Body, Reference
from kernel.rest.views import CommandView, actor_of
from mailcore.delivery.egress import services
from mailcore.delivery.egress.api.shapes import MappingShown, show_reseller
from mailcore.delivery.egress.api.sources import WRITE
from mailcore.delivery.egress.errors import PoolUnusable
from tenants.resellers.selectors import get_reseller


class NewMapping(Body):
    """A pool; without a reseller, for all that have no pool of their own for the stream."""

    pool = serializers.CharField(max_length=63)
    reseller = Reference("res", required=False, allow_null=True)
    example = {"pool": "premium", "reseller": "res_01k8yzq3s5v7x9z1b3d5f7h9k1"}


class WhoseMapping(Body):
    """Of which reseller; of all without one."""

    reseller = Reference("res", required=False, allow_null=True)
    example = {"reseller": "res_01k8yzq3s5v7x9z1b3d5f7h9k1"}


class Map(CommandView):
    """Choose a pool."""

    @operation(
        "egress_streams.map",
        right=WRITE,
        takes=NewMapping,
        answers={200: MappingShown},
        problems=[PoolUnusable],
    )
    def perform(self, request: Request, **parts: object) -> Response:
        """Let new mail of a stream leave from a pool; what is queued stays where it is."""
        body = NewMapping(data=request.data)
        body.is_valid(raise_exception=True)
        stream, given = _stream(parts), body.validated_data
        reseller = _reseller(given.get("reseller"))
        services.map_stream(
            actor=actor_of(request), stream=stream, pool=given["pool"], reseller_id=reseller
        )
        return Response(_shown(stream, reseller, given["pool"]))


class Unmap(CommandView):
    """Choose none."""

    @operation("egress_streams.unmap", right=WRITE, takes=WhoseMapping, answers={200: MappingShown})
    def perform(self, request: Request, **parts: object) -> Response:
        """Let new mail of a stream leave as everybody's does, or from the default pool."""
        body = WhoseMapping(data=request.data)
        body.is_valid(raise_exception=True)
        stream = _stream(parts)
        reseller = _reseller(body.validated_data.get("reseller"))
        services.unmap_stream(actor=actor_of(request), stream=stream, reseller_id=reseller)
        return Response(_shown(stream, reseller, None))


def _stream(parts: dict[str, object]) -> str:
    stream = str(parts["stream"])
    if stream not in services.STREAMS:
        raise NotFound
    return stream


def _reseller(named: UUID | None) -> UUID | None:
    """Whose it is; raises NotFound for a reseller that is none."""
    if named is None:
        return None
    found: UUID = get_reseller(named).public_id
    return found


def _shown(stream: str, reseller: UUID | None, pool: str | None) -> MappingShown:
    return {"stream": stream, "reseller": show_reseller(reseller), "pool": pool}


_ONE = "egress/streams/<str:stream>"
urlpatterns = [
    path(f"{_ONE}/map", Map.as_view(), name="operator-api-egress-stream-map"),
    path(f"{_ONE}/unmap", Unmap.as_view(), name="operator-api-egress-stream-unmap"),
]
