"""Results into the database: in batches, with notifications, until it takes them."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from uuid import UUID

import psycopg

from kernel import clock
from mailcore.delivery.engine.journal import Journal
from mailcore.delivery.engine.results import (
    FINISH,
    OUTCOMES,
    counted,
    of_finish,
    of_outcomes,
)
from mailcore.delivery.engine.store import Store
from mailcore.delivery.notifications import Notifier
from mailcore.delivery.outcomes import Result
from mailcore.delivery.statements import PLANNED_WITH_BOUNDS

log = logging.getLogger(__name__)

BATCH = 200
LINGER = 0.05
AGAIN = 1.0


class Recorder:
    """Takes results from any number of jobs; `run` stores them until `close`."""

    def __init__(
        self,
        store: Store,
        *,
        journal: Journal,
        notifier: Notifier,
        queued: Callable[[], None],
        seen: Callable[[Sequence[Result]], None],
    ) -> None:
        """`queued` is told of notifications in the queue, `seen` of results that count."""
        self._store = store
        self._journal = journal
        self._notifier = notifier
        self._queued = queued
        self._seen = seen
        self._waiting: list[Result] = []
        self._storing: list[Result] = []
        self._arrived = asyncio.Event()
        self._is_closing = False

    def put(self, results: Sequence[Result]) -> None:
        """Record these soon; they are in the journal from now on."""
        self._waiting += results
        self._arrived.set()
        try:
            self._journal.answered(result.tried for result in results)
        except OSError:
            log.exception("the journal cannot be written: a crash now would send again")

    @property
    def unsettled(self) -> set[UUID]:
        """Recipients whose results are not stored yet."""
        return {one.tried.claimed.recipient_id for one in (*self._waiting, *self._storing)}

    def close(self) -> None:
        """Store what waits, then end `run`."""
        self._is_closing = True
        self._arrived.set()

    async def run(self) -> None:
        """Store batches until closed and empty."""
        while self._waiting or not self._is_closing:
            await self._arrived.wait()
            if len(self._waiting) < BATCH and not self._is_closing:
                await asyncio.sleep(LINGER)
            batch, self._waiting = self._waiting[:BATCH], self._waiting[BATCH:]
            if not self._waiting and not self._is_closing:
                self._arrived.clear()
            if batch:
                self._storing = batch
                await self._store_batch(batch)
                self._storing = []

    async def _store_batch(self, batch: list[Result]) -> None:
        """Until the database has it: a result that is dropped would be sent again."""
        while True:
            try:
                await self._commit(batch)
            except psycopg.OperationalError as error:
                log.warning("%d results wait for the database: %s", len(batch), error)
                await asyncio.sleep(AGAIN)
            except Exception:
                if len(batch) == 1:
                    # Its lease will run out and it will be tried again; the others must not wait.
                    log.exception("a result cannot be stored: %s", batch[0].tried.claimed)
                    return
                for result in batch:
                    await self._store_batch([result])
                return
            else:
                return

    async def _commit(self, batch: list[Result]) -> None:
        async with self._store.connection() as connection, connection.transaction():
            await connection.execute(PLANNED_WITH_BOUNDS)
            cursor = await connection.execute(FINISH, of_finish(batch))
            told = counted(batch, await cursor.fetchall())
            if any(result.is_final for result in told):
                await connection.execute(OUTCOMES, of_outcomes(told))
            queued = await self._notifier.queue(told, connection=connection, now=clock.now())
        self._journal.stored(result.tried.claimed for result in batch)
        self._seen(told)
        for late in batch:
            if late not in told:
                log.warning("late result for %s: %s", late.tried.claimed.recipient_id, late.outcome)
        if queued:
            self._queued()
