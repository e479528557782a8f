"""The operator's `/api/v1/egress/nodes`: the machines that send."""

from collections.abc import Mapping
from datetime import datetime
from itertools import groupby
from typing import Any, TypedDict

from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.rest.openapi import operation, shape
from kernel.rest.views import ApiView, actor_of
from mailcore.delivery.operating import selectors

_NODE = {
    "node": "node1",
    "drained_at": None,
    "drain_reason": "",
    "moves_to": None,
    "shards": [{"shard": 0, "silent_seconds": 1.2, "is_attended": True}],
}


class ShardShown(TypedDict):
    """A share of a node's queue, and the age of its process's heartbeat; null: it never had one."""

    shard: int
    silent_seconds: float | None
    is_attended: bool


class NodeShown(TypedDict):
    """A machine that sends; a drained one claims nothing, and `moves_to` sends for it."""

    node: str
    drained_at: datetime | None
    drain_reason: str
    moves_to: str | None
    shards: list[ShardShown]


@shape(example={"data": [_NODE]})
class NodesShown(TypedDict):
    """Every node, by name."""

    data: list[NodeShown]


class Nodes(ApiView):
    """List."""

    @operation("egress_nodes.list", right="nodes.read", answers={200: NodesShown})
    def get(self, request: Request) -> Response:
        """List the machines that send, with their shards."""
        rows = selectors.nodes(actor=actor_of(request))
        found = groupby(rows, key=lambda row: str(row["node"]))
        return Response({"data": [_show(name, list(shards)) for name, shards in found]})


def _show(name: str, rows: list[dict[str, Any]]) -> NodeShown:
    first: Mapping[str, Any] = rows[0]
    return {
        "node": name,
        "drained_at": first["drained_at"],
        "drain_reason": first["drain_reason"],
        "moves_to": first["moves_to"],
        "shards": [
            {
                "shard": row["shard"],
                "silent_seconds": row["silent"],
                "is_attended": not selectors.is_silent(row["silent"]),
            }
            for row in rows
        ],
    }


urlpatterns = [path("egress/nodes", Nodes.as_view(), name="operator-api-egress-nodes")]
