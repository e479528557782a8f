"""Look at many domains beside each other, by turns with storing what was seen of others."""

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Self
from uuid import UUID

from kernel.dns.cuts import SharedCuts
from kernel.dns.ports import Exchange
from kernel.dns.udp import UdpExchange
from mailcore.checks.services import looking
from mailcore.checks.services.fingerprints import Fingerprint
from mailcore.checks.services.looking import Inspection
from mailcore.protocol.dns_records import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What one look gave; `key` is what its owner called it."""

    key: UUID
    inspection: Inspection


class Lookout:
    """A context manager: name servers are asked while `take` waits, and answer in between too.

    A domain that keeps us waiting holds up no other, as long as fewer are under way than the
    owner lets be. One thread does both, since two would take the interpreter from each other at
    each datagram.
    """

    def __init__(self, exchange: Exchange | None = None) -> None:
        self._exchange = exchange
        self._shared = SharedCuts()
        self._loop = asyncio.new_event_loop()
        self._looking: set[asyncio.Task[None]] = set()
        self._seen: list[Seen] = []
        self._news = asyncio.Event()

    def __enter__(self) -> Self:
        """Begin."""
        self._exchange = self._exchange or UdpExchange()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End; looks that are still under way are broken off."""
        self._loop.run_until_complete(self._break_off())
        self._loop.close()

    @property
    def under_way(self) -> int:
        """Looks that were begun and not taken yet."""
        return len(self._looking) + len(self._seen)

    def look_at(
        self,
        key: UUID,
        domain: str,
        records: Sequence[Record],
        *,
        known: Fingerprint | None = None,
        lease: datetime | None = None,
    ) -> None:
        """Begin to look; `take` gives what was seen within about 15 seconds."""
        task = self._loop.create_task(self._look(key, domain, records, known, lease))
        self._looking.add(task)
        task.add_done_callback(self._looking.discard)

    def take(self, *, seconds: float) -> list[Seen]:
        """What was seen since the last call; waits so long for the first one."""
        self._loop.run_until_complete(self._wait(seconds))
        found, self._seen = self._seen, []
        return found

    async def _wait(self, seconds: float) -> None:
        self._news.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._news.wait()

    async def _look(
        self,
        key: UUID,
        domain: str,
        records: Sequence[Record],
        known: Fingerprint | None,
        lease: datetime | None,
    ) -> None:
        assert self._exchange is not None
        inspection = await looking.inspect_one(
            domain, records, exchange=self._exchange, shared=self._shared, known=known, lease=lease
        )
        self._seen.append(Seen(key=key, inspection=inspection))
        self._news.set()

    async def _break_off(self) -> None:
        # Also what the exchange has under way.
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
