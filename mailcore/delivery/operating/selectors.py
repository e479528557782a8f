"""What an operator looks at before an order."""

from typing import Any

from django.db import connection

from kernel.actor import Actor, authorise
from mailcore.delivery.operating.selection import Selection
from mailcore.delivery.statements import statement

_LIST, _OVERVIEW, _NODES = (
    statement("list_entries"),
    statement("queue_overview"),
    statement("nodes"),
)
RIGHT, RIGHT_OF_NODES = "queue.read", "nodes.read"
MOST_LISTED = 100
#: Seconds without a heartbeat after which a shard has nobody.
SILENT = 30.0


def list_entries(*, actor: Actor, selection: Selection) -> list[dict[str, Any]]:
    """At most MOST_LISTED queued recipients; the columns of sql/list_entries.sql."""
    authorise(actor, RIGHT)
    return _rows(_LIST, {**selection.parameters(), "limit": MOST_LISTED})


def overview(*, actor: Actor) -> list[dict[str, Any]]:
    """The whole queue, summed; the columns of sql/queue_overview.sql."""
    authorise(actor, RIGHT)
    return _rows(_OVERVIEW, {})


def nodes(*, actor: Actor) -> list[dict[str, Any]]:
    """Every shard of every node; the columns of sql/nodes.sql."""
    authorise(actor, RIGHT_OF_NODES)
    return _rows(_NODES, {})


def unattended(*, actor: Actor) -> list[dict[str, Any]]:
    """Those shards whose mail waits for a process; a drained node needs none."""
    return [row for row in nodes(actor=actor) if not row["drained_at"] and is_silent(row["silent"])]


def is_silent(seconds: float | None) -> bool:
    """Whether a shard with this age of its heartbeat has nobody; None: it never had one."""
    return seconds is None or seconds > SILENT


def _rows(query: str, parameters: dict[str, Any]) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
