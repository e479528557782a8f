"""The last look at leases before sending, and the bodies: many jobs in one go, without a timer."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import psycopg

from mailcore.delivery import bodies
from mailcore.delivery.engine.store import Store
from mailcore.delivery.jobs import Claimed

#: Jobs that one statement holds.
MOST = 200
#: Larger messages (bytes) are read one by one, by whoever sends them.
LARGE = 128 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Recipients that are still ours; the sealed body, unless it is large or gone."""

    recipients: set[UUID]
    sealed: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    recipients: Sequence[Claimed]
    held: asyncio.Future[Held]


class Fence:
    """Holds leases for a session; whoever asks while one statement runs shares the next."""

    def __init__(self, store: Store, *, seconds: float) -> None:
        self._store = store
        self._seconds = seconds
        self._asked: list[_Asked] = []
        self._arrived = asyncio.Event()

    async def hold(self, recipients: Sequence[Claimed]) -> Held:
        """Recipients of one message, for so long as a session may take; raises psycopg's errors."""
        held: asyncio.Future[Held] = asyncio.get_running_loop().create_future()
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
        small = {claimed.message_id for claimed in recipients if claimed.size <= LARGE}
        try:
            held = await self._store.hold(recipients, seconds=self._seconds, in_session=True)
            async with self._store.connection() as connection:
                sealed = await bodies.read_sealed(small, connection=connection)
        except psycopg.Error as error:
            for asked in batch:
                if not asked.held.done():
                    asked.held.set_exception(error)
            return
        for asked in batch:
            if not asked.held.done():
                ours = held & {claimed.recipient_id for claimed in asked.recipients}
                body = sealed.get(asked.recipients[0].message_id)
                asked.held.set_result(Held(recipients=ours, sealed=body))
