"""Group commit: while one batch is stored the next one gathers, and is the larger and cheaper for it.

A second connection goes ahead when the first one takes long. A batch that the database refuses is
tried again one by one, so that a poison message does not refuse its neighbours.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import psycopg

from mailcore.delivery.accept.draft import Draft
from mailcore.delivery.accept.errors import NotAccepted
from mailcore.delivery.accept.store import Store

log = logging.getLogger(__name__)

#: Seconds that a batch gathers at most while another one is stored, and from one to the next. That
#: is so many times what the last one took, up to the longest: the busier the machine is, the more
#: come together, and the cheaper each is.
_GATHER, _SPACING, _REST, _LONGEST_REST = 0.02, 0.01, 2, 0.03
_MOST_MESSAGES, _MOST_RECIPIENTS, _MOST_BYTES = 64, 2000, 32 * 1024**2


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A draft, and who waits for it."""

    draft: Draft
    done: asyncio.Future[None]


class GroupWriter:
    """Stores drafts; run it as a task, then `write` from any number of sessions."""

    def __init__(
        self, *, store: Callable[[], Store], committed: Callable[[], None], connections: int = 2
    ) -> None:
        self._make_store, self._committed, self._connections = store, committed, connections
        self._queue: deque[Waiting] = deque()
        self._filled = asyncio.Event()
        self._storing, self._began, self._took = 0, 0.0, 0.0
        self._stored = asyncio.Event()

    async def write(self, draft: Draft) -> None:
        """Return once the draft is committed; raises NotAccepted when it is not."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queue.append(Waiting(draft=draft, done=done))
        self._filled.set()
        await done

    async def run(self) -> None:
        """Write until cancelled."""
        async with asyncio.TaskGroup() as group:
            for _ in range(self._connections):
                group.create_task(self._work(self._make_store()))

    async def _work(self, store: Store) -> None:
        try:
            while True:
                await self._filled.wait()
                await self._gather()
                batch = self._take()
                if batch:
                    await self._store(store, batch)
        finally:
            await store.close()

    async def _gather(self) -> None:
        """Let the batch grow, unless it is full or nothing went before it."""
        if self._storing and len(self._queue) < _MOST_MESSAGES:
            self._stored.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(_GATHER):
                    await self._stored.wait()
        spacing = max(_SPACING, min(self._took * _REST, _LONGEST_REST))
        rest = self._began + spacing - asyncio.get_running_loop().time()
        if rest > 0 and len(self._queue) < _MOST_MESSAGES:
            await asyncio.sleep(rest)

    async def _store(self, store: Store, batch: list[Waiting]) -> None:
        self._storing += 1
        self._began = began = asyncio.get_running_loop().time()
        try:
            await self._commit(store, batch)
        finally:
            self._took = asyncio.get_running_loop().time() - began
            self._storing -= 1
            self._stored.set()

    def _take(self) -> list[Waiting]:
        batch: list[Waiting] = []
        size = recipients = 0
        while self._queue and len(batch) < _MOST_MESSAGES and size < _MOST_BYTES:
            waiting = self._queue.popleft()
            size += len(waiting.draft.submission.message)
            recipients += len(waiting.draft.submission.recipients)
            if not waiting.done.done():
                batch.append(waiting)
            if recipients >= _MOST_RECIPIENTS:
                break
        if not self._queue:
            self._filled.clear()
        return batch

    async def _commit(self, store: Store, batch: list[Waiting]) -> None:
        try:
            refused = await store.put([waiting.draft for waiting in batch])
        except (psycopg.OperationalError, TimeoutError) as error:
            log.warning("database away, %d messages deferred: %s", len(batch), error)
            self._refuse(batch, "Storage is not available, try again later")
        except psycopg.Error:
            if len(batch) == 1:
                submission = batch[0].draft.submission
                log.exception("message %s cannot be stored", submission.message_id)
                self._refuse(batch, "Message cannot be stored")
            else:
                for waiting in batch:
                    await self._commit(store, [waiting])
        except Exception:
            log.exception("fault while storing %d messages", len(batch))
            self._refuse(batch, "Internal fault")
        else:
            self._settle(batch, refused)
            self._committed()

    def _settle(self, batch: list[Waiting], refused: dict[int, NotAccepted]) -> None:
        for place, waiting in enumerate(batch):
            if waiting.done.done():
                continue  # its session was cut; a committed message stays ours all the same
            if place in refused:
                waiting.done.set_exception(refused[place])
            else:
                waiting.done.set_result(None)

    def _refuse(self, batch: list[Waiting], text: str) -> None:
        self._settle(batch, {place: NotAccepted("4.3.0", text) for place in range(len(batch))})
