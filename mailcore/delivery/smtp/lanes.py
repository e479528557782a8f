"""The connections from one source to one site: how many are in use, and which wait for work."""

import asyncio
from collections import deque

from mailcore.delivery.smtp.session import Session


class Lane:
    """Admits users in the order in which they came, at most `limit` at once."""

    def __init__(self) -> None:
        self.idle: list[Session] = []
        self._in_use = 0
        self._limit = 1
        self._waiting: deque[asyncio.Future[None]] = deque()

    @property
    def is_deserted(self) -> bool:
        """Whether nobody uses it, waits for it or left a session in it."""
        return not (self._in_use or self._waiting or self.idle)

    @property
    def surplus(self) -> int:
        """How many sessions, in use or idle, there are over the limit."""
        return self._in_use + len(self.idle) - self._limit

    async def enter(self, limit: int) -> None:
        """Wait for a place; the newest caller knows the limit best, so it holds for all."""
        self._limit = max(limit, 1)
        place = asyncio.get_running_loop().create_future()
        self._waiting.append(place)
        self._admit()
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled():
                self.leave()  # admitted at the very moment of the cancellation
            raise

    def leave(self) -> None:
        """Give the place to the next one."""
        self._in_use -= 1
        self._admit()

    def _admit(self) -> None:
        while self._waiting and (self._in_use < self._limit or self._waiting[0].done()):
            place = self._waiting.popleft()
            if not place.done():
                self._in_use += 1
                place.set_result(None)
