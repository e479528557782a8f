"""MTA-STS policies and counts of TLS results in the database."""

import json
import logging
from collections.abc import Sequence
from datetime import date

import psycopg
from psycopg import AsyncConnection
from psycopg.rows import TupleRow, class_row
from psycopg_pool import AsyncConnectionPool

from kernel import clock
from mailcore.delivery.statements import statement
from mailcore.delivery.transport.account import Count
from mailcore.delivery.transport.sts import KeptPolicy

log = logging.getLogger(__name__)

_LOAD, _KEEP = statement("load_sts"), statement("keep_sts")
_COUNT, _SOURCES = statement("count_tls"), statement("own_sources")

Pool = AsyncConnectionPool[AsyncConnection[TupleRow]]


class TransportStore:
    """Keeps both; a database that is away loses counts of a moment, never mail."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def sources(self) -> dict[str, str]:
        """Addresses of ours with their names; raises psycopg.OperationalError."""
        async with self._pool.connection() as connection:
            cursor = await connection.execute(_SOURCES)
            return {row[0]: row[1] for row in await cursor.fetchall()}

    async def load(self) -> list[KeptPolicy]:
        """Policies that still hold."""
        try:
            async with (
                self._pool.connection() as connection,
                connection.cursor(row_factory=class_row(KeptPolicy)) as cursor,
            ):
                await cursor.execute(_LOAD, {"now": clock.now()})
                return await cursor.fetchall()
        except psycopg.OperationalError as error:
            log.warning("MTA-STS policies cannot be read, each is fetched anew: %s", error)
            return []

    async def keep(self, kept: KeptPolicy) -> None:
        """Store one in place of the domain's former."""
        parameters = {
            "domain": kept.domain,
            "policy_id": kept.policy_id,
            "text": kept.text,
            "expires_at": kept.expires_at,
            "now": clock.now(),
        }
        try:
            async with self._pool.connection() as connection:
                await connection.execute(_KEEP, parameters)
        except psycopg.OperationalError as error:
            log.warning("the MTA-STS policy of %s is kept in memory only: %s", kept.domain, error)

    async def add(self, counts: Sequence[tuple[Count, int]], *, today: date) -> None:
        """Add sessions to the days' counts; raises psycopg.OperationalError."""
        rows = json.dumps([{**count.as_row(), "sessions": n} for count, n in counts])
        async with self._pool.connection() as connection:
            await connection.execute(_COUNT, {"counts": rows, "today": today})
