"""Recipients on their way back into the queue: claimed, and nothing was sent to them."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import psycopg

from mailcore.delivery.engine.store import Store
from mailcore.delivery.jobs import Claimed

log = logging.getLogger(__name__)

LINGER = 0.05
AGAIN = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """One of them, until when its pair of site and reseller rests (None: not at all), and to which
    node it goes (None: it stays)."""

    claimed: Claimed
    until: datetime | None
    home: str | None


class Returns:
    """Takes them from any number of jobs; `run` gives them back in batches until cancelled."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: list[Return] = []
        self._going: list[Return] = []
        self._arrived = asyncio.Event()

    def put(
        self,
        recipients: Sequence[Claimed],
        *,
        until: datetime | None = None,
        home: str | None = None,
    ) -> None:
        """Give these back soon; a crash before that costs the rest of their lease."""
        self._waiting += [Return(claimed=claimed, until=until, home=home) for claimed in recipients]
        self._arrived.set()

    @property
    def unsettled(self) -> set[UUID]:
        """Recipients that are not back yet."""
        return {one.claimed.recipient_id for one in (*self._waiting, *self._going)}

    async def run(self) -> None:
        """Give back what waits, again and again."""
        while True:
            await self._arrived.wait()
            await asyncio.sleep(LINGER)
            self._arrived.clear()
            await self.flush()

    async def flush(self) -> None:
        """Give back all that waits; it waits on when the database is away."""
        self._going, self._waiting = self._waiting, []
        if not self._going:
            return
        try:
            await self._store.put_off(batch_of(self._going))
            self._going = []
        except psycopg.OperationalError as error:
            log.warning("%d recipients wait to go back: %s", len(self._going), error)
            self._waiting, self._going = self._waiting + self._going, []
            self._arrived.set()
            await asyncio.sleep(AGAIN)


def batch_of(returns: Sequence[Return]) -> dict[str, object]:
    """The parameters of put_off.sql."""
    return {
        "recipients": [one.claimed.recipient_id for one in returns],
        "sequences": [one.claimed.lease_seq for one in returns],
        "until": [one.until for one in returns],
        "homes": [one.home for one in returns],
    }
