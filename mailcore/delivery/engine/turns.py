"""Turns where few connections serve many: deficit round robin between resellers in each lane.

A lane is a place that takes only so many jobs at once (a source and a site). Whoever waits there
is served by reseller in turn, weighed by recipients (Shreedhar and Varghese 1996), so that a
reseller with one message waits for a handful of others, not for somebody's hundred thousand.
Within a reseller the stream decides, and retries have a share of their own: a heap of old mail
keeps no new mail waiting, and new mail never stops the old.
"""

import asyncio
import heapq
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Hashable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from uuid import UUID

#: Recipients that a reseller may send before the next one's turn.
QUANTUM = 10
#: While both wait, one turn of so many is a retry's.
RETRY_EVERY = 4
MOST_LINES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Who waits: the smaller `prio` goes first, `cost` is in recipients."""

    reseller_id: UUID
    prio: int
    is_retry: bool
    cost: int


@dataclass(order=True, slots=True)
class _Waiter:
    prio: int
    number: int
    claim: Claim = field(compare=False)
    granted: asyncio.Future[None] = field(compare=False)


class _Line:
    """One reseller's waiting jobs; ones that gave up are passed over."""

    def __init__(self) -> None:
        self._fresh: list[_Waiter] = []
        self._retries: list[_Waiter] = []
        self._served = 0
        self.credit = 0

    def add(self, waiter: _Waiter) -> None:
        heapq.heappush(self._retries if waiter.claim.is_retry else self._fresh, waiter)

    def head(self) -> _Waiter | None:
        """Who is next; None when nobody waits."""
        heap = self._next_heap()
        return heap[0] if heap else None

    def take(self) -> _Waiter:
        self._served += 1
        return heapq.heappop(self._next_heap())

    def _next_heap(self) -> list[_Waiter]:
        for heap in (self._fresh, self._retries):
            while heap and heap[0].granted.done():
                heapq.heappop(heap)
        is_retrys_turn = self._served % RETRY_EVERY == RETRY_EVERY - 1
        if not self._fresh or (self._retries and is_retrys_turn):
            return self._retries
        return self._fresh


class Lane:
    """The jobs at one place: some under way, the others in line."""

    def __init__(self) -> None:
        self._lines: dict[UUID, _Line] = {}
        self._ring: deque[UUID] = deque()
        self._is_new_visit = True
        self.active = 0
        #: By reseller, who stands in line.
        self.waiting: Counter[UUID] = Counter()

    def add(self, waiter: _Waiter) -> None:
        """Stand in line."""
        reseller_id = waiter.claim.reseller_id
        if reseller_id not in self._lines:
            self._lines[reseller_id] = _Line()
            self._ring.append(reseller_id)
        self._lines[reseller_id].add(waiter)
        self.waiting[reseller_id] += 1

    def grant(self, cap: int) -> None:
        """Start as many as `cap` connections allow, at least one."""
        while self.active < max(cap, 1) and (waiter := self._pick()):
            self.active += 1
            self.leave_line(waiter.claim.reseller_id)
            waiter.granted.set_result(None)

    def leave_line(self, reseller_id: UUID) -> None:
        """One of a reseller's waits no longer."""
        self.waiting[reseller_id] -= 1
        if not self.waiting[reseller_id]:
            del self.waiting[reseller_id]

    def _pick(self) -> _Waiter | None:
        while self._ring:
            line = self._lines[self._ring[0]]
            head = line.head()
            if head is None:
                del self._lines[self._ring.popleft()]
                self._is_new_visit = True
                continue
            if self._is_new_visit:
                line.credit += QUANTUM
                self._is_new_visit = False
            if head.claim.cost <= line.credit:
                line.credit -= head.claim.cost
                return line.take()
            self._ring.rotate(-1)
            self._is_new_visit = True
        return None


class Turns:
    """Every lane of a process; lanes without jobs are forgotten."""

    def __init__(self) -> None:
        self._lanes: dict[Hashable, Lane] = {}
        self._numbers = count()

    def has_room(self, place: Hashable, reseller_id: UUID, *, most: int) -> bool:
        """Whether one more job of a reseller may stand in line, where `most` do.

        Whoever has less than an equal part of the line may join it even when it is full, up to
        MOST_LINES times its length: somebody's heap keeps nobody else out.
        """
        lane = self._lanes.get(place)
        if lane is None:
            return True
        in_line = lane.waiting.total()
        share = most // len(lane.waiting.keys() | {reseller_id})
        has_less = lane.waiting[reseller_id] < max(share, 1)
        return in_line < (MOST_LINES * most if has_less else most)

    @asynccontextmanager
    async def turn(
        self, place: Hashable, claim: Claim, *, cap: Callable[[], int]
    ) -> AsyncIterator[None]:
        """Hold one of the `cap()` places there while the block runs."""
        lane = self._lanes.setdefault(place, Lane())
        granted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        lane.add(_Waiter(claim.prio, next(self._numbers), claim, granted))
        lane.grant(cap())
        try:
            await granted
            yield
        finally:
            if granted.done() and not granted.cancelled():
                lane.active -= 1
            else:
                lane.leave_line(claim.reseller_id)
            lane.grant(cap())
            if not lane.active and not lane.waiting:
                self._lanes.pop(place, None)
