"""The depth of a shard's queue, looked at every now and then."""

import asyncio
import logging
from collections import Counter

import psycopg
from psycopg import AsyncConnection
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool

from kernel import clock
from mailcore.delivery.accept.submission import PRIORITY
from mailcore.delivery.egress_settings import EgressSettings
from mailcore.delivery.local import LOCAL
from mailcore.delivery.reporting.metrics import Metrics
from mailcore.delivery.statements import statement

log = logging.getLogger(__name__)

_DEPTH = statement("queue_depth")
#: Seconds between looks: a million rows are counted in some tenths of a second.
EVERY = 30.0
_STREAMS = {prio: str(stream) for stream, prio in PRIORITY.items()}


Pool = AsyncConnectionPool[AsyncConnection[TupleRow]]


class QueueDepth:
    """Keeps the figures of the queue; `run` until cancelled."""

    def __init__(self, pool: Pool, *, settings: EgressSettings, metrics: Metrics) -> None:
        self._pool = pool
        self._shard = {"node": settings.node, "shard": settings.shard}
        self._metrics = metrics

    async def run(self) -> None:
        """Look, show, and look again."""
        while True:
            try:
                await self.look()
            except psycopg.Error as error:
                log.warning("the depth of the queue is not known: %s", error)
            await asyncio.sleep(EVERY)

    async def look(self) -> None:
        """Ask once; raises psycopg's errors."""
        async with self._pool.connection() as connection:
            cursor = await connection.execute(_DEPTH, {"now": clock.now(), **self._shard})
            self._show(await cursor.fetchall())

    def _show(self, rows: list[TupleRow]) -> None:
        depth: Counter[tuple[str, str, str]] = Counter()
        lateness = dict.fromkeys(_STREAMS.values(), 0.0)
        for site, prio, state, count, late in rows:
            stream = _STREAMS[prio]
            provider = LOCAL if site == LOCAL else self._metrics.provider_of(site)
            depth[stream, provider, state] += count
            if state == "ready":
                lateness[stream] = max(lateness[stream], late)
        self._metrics.queued.clear()
        for labels, count in depth.items():
            self._metrics.queued.labels(*labels).set(count)
        for stream, late in lateness.items():
            self._metrics.lateness.labels(stream).set(late)
