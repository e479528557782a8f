"""Which shard of its node a process runs: one that is free, else it stands by (foundations 20).

The lock file says who lives on this machine, and dies with its process. A process that is stopped
keeps it: then the heartbeat, by the database's clock, says so.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass

import psycopg

from kernel import clock
from mailcore.delivery.egress_settings import EgressSettings
from mailcore.delivery.engine.journal import only_process
from mailcore.delivery.statements import statement

log = logging.getLogger(__name__)

_NODE_SHARDS = statement("node_shards")
AGAIN = 1.0
CONNECT = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A shard that this process may run; `is_alone`: no other process can have it."""

    shard: int
    is_alone: bool


@asynccontextmanager
async def free_shard(
    settings: EgressSettings, *, stop: asyncio.Event
) -> AsyncIterator[Taken | None]:
    """Hold a shard that nobody runs, and wait while there is none; None when told to stop."""
    began = asyncio.get_running_loop().time()
    is_waiting = False
    while not stop.is_set():
        with ExitStack() as held:
            # A process that only just begins has the lock before it has a heartbeat.
            is_patient = asyncio.get_running_loop().time() - began > settings.takeover
            taken = await _look(settings, held, trust_heartbeats=is_patient)
            if taken is not None:
                yield taken
                return
        if not is_waiting:
            log.info("every shard of %s has its process: this one stands by", settings.node)
            is_waiting = True
        with suppress(TimeoutError):
            async with asyncio.timeout(AGAIN):
                await stop.wait()
    yield None


async def _look(
    settings: EgressSettings, held: ExitStack, *, trust_heartbeats: bool
) -> Taken | None:
    try:
        count, alive = await _shards(settings)
    except psycopg.OperationalError as error:
        log.warning("cannot ask for the shards of %s: %s", settings.node, error)
        return None
    for shard in range(count):
        lock = settings.journal / f"{settings.node}-{shard}.lock"
        if held.enter_context(only_process(lock)):
            return Taken(shard=shard, is_alone=True)
    for shard in range(count) if trust_heartbeats else ():
        if shard not in alive:
            return Taken(shard=shard, is_alone=False)
    return None


async def _shards(settings: EgressSettings) -> tuple[int, list[int]]:
    async with await psycopg.AsyncConnection.connect(
        settings.delivery_dsn, autocommit=True, connect_timeout=CONNECT
    ) as connection:
        cursor = await connection.execute(
            _NODE_SHARDS, {"node": settings.node, "stale": settings.takeover}
        )
        row = await cursor.fetchone()
        assert row is not None
        # Before anything else here asks for the time: the machine's own clock may be wrong.
        clock.follow(row[2])
        return row[0], row[1]
