"""The last look at leases before sending: many jobs in one statement, without a timer."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import psycopg

from mailcore.delivery.engine.store import Store
from mailcore.delivery.jobs import Claimed

#: Jobs that one statement holds.
MOST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    recipients: Sequence[Claimed]
    held: asyncio.Future[set[UUID]]


class Fence:
    """Holds leases for a session; whoever asks while one statement runs shares the next."""

    def __init__(self, store: Store, *, seconds: float) -> None:
        self._store = store
        self._seconds = seconds
        self._asked: list[_Asked] = []
        self._arrived = asyncio.Event()

    async def hold(self, recipients: Sequence[Claimed]) -> set[UUID]:
        """Those that are still ours, for so long as a session may take; raises psycopg's errors."""
        held: asyncio.Future[set[UUID]] = asyncio.get_running_loop().create_future()
        self._asked.append(_Asked(recipients=recipients, held=held))
        self._arrived.set()
        return await held

    async def run(self) -> None:
        """Answer until cancelled."""
        while True:
            await self._arrived.wait()
            batch, self._asked = self._asked[:MOST], self._asked[MOST:]
            if not self._asked:
                self._arrived.clear()
            await self._answer([asked for asked in batch if not asked.held.done()])

    async def _answer(self, batch: list[_Asked]) -> None:
        recipients = [claimed for asked in batch for claimed in asked.recipients]
        try:
            held = await self._store.hold(recipients, seconds=self._seconds)
        except psycopg.Error as error:
            for asked in batch:
                if not asked.held.done():
                    asked.held.set_exception(error)
            return
        for asked in batch:
            if not asked.held.done():
                asked.held.set_result(held & {c.recipient_id for c in asked.recipients})
