"""Look at many domains beside each other, while their owner stores what was seen of others."""

import asyncio
import queue
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Thread
from types import TracebackType
from typing import Self
from uuid import UUID

from kernel.dns.cuts import SharedCuts
from kernel.dns.ports import Exchange
from kernel.dns.udp import UdpExchange
from mailcore.checks.services import looking
from mailcore.checks.services.looking import Look
from mailcore.protocol.dns_records import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What one look gave; `key` is what its owner called it."""

    key: UUID
    looks: Sequence[Look]


class Lookout:
    """A context manager: name servers are asked in a thread of its own, which touches no database.

    A domain that keeps us waiting holds up no other, as long as fewer are under way than the
    owner lets be.
    """

    def __init__(self, exchange: Exchange | None = None) -> None:
        self._exchange = exchange
        self._shared = SharedCuts()
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name="lookout", daemon=True)
        self._seen: queue.SimpleQueue[Seen] = queue.SimpleQueue()
        self.under_way = 0

    def __enter__(self) -> Self:
        """Begin."""
        self._exchange = self._exchange or UdpExchange()
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End; looks that are still under way are broken off."""
        asyncio.run_coroutine_threadsafe(self._break_off(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def look_at(self, key: UUID, domain: str, records: Sequence[Record]) -> None:
        """Begin to look; `take` gives what was seen within about 15 seconds."""
        self.under_way += 1
        asyncio.run_coroutine_threadsafe(self._look(key, domain, records), self._loop)

    def take(self, *, seconds: float) -> list[Seen]:
        """What was seen since the last call; waits so long for the first one."""
        found: list[Seen] = []
        try:
            found.append(self._seen.get(timeout=seconds))
            while True:
                found.append(self._seen.get_nowait())
        except queue.Empty:
            self.under_way -= len(found)
            return found

    async def _look(self, key: UUID, domain: str, records: Sequence[Record]) -> None:
        assert self._exchange is not None
        looks = await looking.inspect_one(
            domain, records, exchange=self._exchange, shared=self._shared
        )
        self._seen.put(Seen(key=key, looks=looks))

    async def _break_off(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
