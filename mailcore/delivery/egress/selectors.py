"""Sources, pools and calendars as operators look at them."""

import asyncio
import json
from typing import Any

from django.conf import settings
from django.db import connection

from kernel import clock
from kernel.actor import Actor, authorise
from mailcore.delivery.egress import naming
from mailcore.delivery.egress.warmup import WARM, cap_of
from mailcore.delivery.lookups import Lookups
from mailcore.delivery.statements import statement

_SOURCES, _POOLS, _WARMUP = (
    statement("egress_sources"),
    statement("egress_pools"),
    statement("egress_warmup"),
)
RIGHT = "nodes.read"

Row = dict[str, Any]


def sources(*, actor: Actor) -> list[Row]:
    """The columns of sql/egress_sources.sql; counts are today's."""
    authorise(actor, RIGHT)
    return _rows(_SOURCES, {"day": clock.now().date(), "warm": WARM})


def doubts(*, actor: Actor) -> dict[str, list[str]]:
    """What DNS says now against the names of sources that may send, by address."""
    sending = [row for row in sources(actor=actor) if row["state"] != "suspended"]
    named = {row["address"]: row["ehlo"] for row in sending}
    return asyncio.run(naming.doubts(named, lookups=Lookups(settings.RESOLVER)))


def pools(*, actor: Actor) -> list[Row]:
    """The columns of sql/egress_pools.sql; members and streams as dictionaries."""
    authorise(actor, RIGHT)
    rows = _rows(_POOLS, {})
    for row in rows:
        # An array of jsonb comes as text: Django reads single values only.
        row["members"] = [_read(one) for one in row["members"]]
        row["streams"] = [_read(one) for one in row["streams"]]
    return rows


def warmup(*, actor: Actor, address: str | None = None) -> list[Row]:
    """The columns of sql/egress_warmup.sql, with today's cap (None: warm)."""
    authorise(actor, RIGHT)
    rows = _rows(_WARMUP, {"day": clock.now().date(), "address": address})
    return [{**row, "cap": cap_of(row["step"], group=row["group"])} for row in rows]


def _read(value: Any) -> Row:
    found: Row = json.loads(value) if isinstance(value, str) else value
    return found


def _rows(query: str, parameters: Row) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
