"""What PostgreSQL knows of shaping: rules, overlays, and how many workers share the limits."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from psycopg import AsyncConnection
from psycopg.rows import TupleRow, dict_row
from psycopg_pool import AsyncConnectionPool

from mailcore.delivery.shaping.overlays import Overlay, Reach
from mailcore.delivery.shaping.rule_file import RuleFile, compile_rules, read, shipped
from mailcore.delivery.shaping.rule_values import BadRules
from mailcore.delivery.shaping.rules import RuleSet
from mailcore.delivery.statements import statement

log = logging.getLogger(__name__)

_RULES, _OVERLAYS = statement("shaping_rules"), statement("shaping_overlays")
_PUT, _FORGET = statement("shaping_put"), statement("shaping_forget")
_WORKERS = statement("shaping_workers")
#: Clocks of two nodes may differ by this much: what changed so long before is read again.
OVERLAP = timedelta(minutes=2)
FOREVER_AGO = timedelta(days=3650)

Pool = AsyncConnectionPool[AsyncConnection[TupleRow]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Workers:
    """Live processes: all of them, and those on this node; never none, since we live.

    `lost_elsewhere`: others that said that they are without Redis.
    """

    everywhere: int = 1
    here: int = 1
    lost_elsewhere: int = 0


class Book:
    """Reads and writes as role delivery; psycopg's errors go to the caller."""

    def __init__(self, pool: Pool, *, node: str, shard: int = 0) -> None:
        self._pool = pool
        self._place = {"node": node, "shard": shard}
        self._read_until: datetime | None = None
        self._contents: list[tuple[str, str]] | None = None

    async def changed_rules(self) -> RuleSet | None:
        """The rules, when they are others than last time; a file that is no good is left out."""
        async with self._pool.connection() as connection:
            cursor = await connection.execute(_RULES)
            contents = [(str(name), str(content)) for name, content in await cursor.fetchall()]
        if contents == self._contents:
            return None
        self._contents = contents
        return compile_rules([shipped(), *_sound(contents)])

    async def new_overlays(self, now: datetime) -> list[Overlay]:
        """Overlays that changed since the last time; at first all that still matter."""
        since = (self._read_until or now - FOREVER_AGO) - OVERLAP
        async with (
            self._pool.connection() as connection,
            connection.cursor(row_factory=dict_row) as cursor,
        ):
            await cursor.execute(_OVERLAYS, {"since": since, "now": now})
            rows = await cursor.fetchall()
        self._read_until = now
        return [_overlay(row) for row in rows]

    async def put(self, overlays: Iterable[Overlay]) -> None:
        """Store overlays."""
        rows = [_row(overlay) for overlay in overlays]
        async with self._pool.connection() as connection, connection.cursor() as cursor:
            await cursor.executemany(_PUT, rows)

    async def forget(self, now: datetime) -> None:
        """Delete what nobody needs any more."""
        async with self._pool.connection() as connection:
            await connection.execute(_FORGET, {"now": now})

    async def workers(self, *, without_redis: bool = False) -> Workers:
        """Who shares the limits; `without_redis` is said of us, for the others to read."""
        async with self._pool.connection() as connection:
            cursor = await connection.execute(
                _WORKERS, {"without_redis": without_redis, **self._place}
            )
            row = await cursor.fetchone()
        assert row is not None
        return Workers(everywhere=max(row[0], 1), here=max(row[1], 1), lost_elsewhere=row[2])


def _sound(contents: Iterable[tuple[str, str]]) -> Iterable[RuleFile]:
    for name, content in contents:
        try:
            yield read(content, name=f"{name}.toml")
        except BadRules as error:
            log.error("shaping rules left out: %s", error)  # noqa: TRY400 - it says where itself


def _overlay(row: dict[str, object]) -> Overlay:
    reach = Reach(*(row.pop(field) for field in Reach._fields))  # type: ignore[arg-type]
    return Overlay(reach=reach, **row)  # type: ignore[arg-type]


def _row(overlay: Overlay) -> dict[str, object]:
    return {
        **overlay.reach._asdict(),
        "kind": overlay.kind,
        "origin": overlay.origin,
        "value": overlay.value,
        "level": overlay.level,
        # Words of other people's servers: whatever they are, they can be stored.
        "cause": overlay.cause.replace("\0", "").encode(errors="replace").decode(),
        "changed_at": overlay.changed_at,
        "until": overlay.until,
    }
