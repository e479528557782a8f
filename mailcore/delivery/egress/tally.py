"""How much left each address for each group today, and how much more may."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

#: (address, group of providers).
Place = tuple[str, str]
#: A day's cap may be used up within so many hours, no faster: a working day of mail fits, a burst
#: does not.
SPREAD = timedelta(hours=8)
#: A promise that nobody settled is forgotten: longer than any session lasts.
PROMISED = timedelta(minutes=15)
#: What was passed on to another node counts here until the database has it from there.
PASSED = timedelta(seconds=20)


@dataclass(slots=True, kw_only=True)
class Counts:
    """Recipients of one place on one day that the database does not know of yet."""

    sent: int = 0
    deferred: int = 0
    hard: int = 0
    blocked: int = 0
    overflow: int = 0

    def add(self, other: "Counts") -> None:
        """Count another's too."""
        self.sent += other.sent
        self.deferred += other.deferred
        self.hard += other.hard
        self.blocked += other.blocked
        self.overflow += other.overflow


Batch = dict[tuple[Place, date], Counts]


@dataclass(slots=True)
class Tally:
    """Counts in memory; the caller takes batches to the database and brings its totals."""

    _known: dict[tuple[Place, date], int] = field(default_factory=dict)
    _new: Batch = field(default_factory=dict)
    _flying: Batch = field(default_factory=dict)
    _promised: dict[Place, deque[tuple[datetime, int]]] = field(default_factory=dict)
    _passed: dict[Place, deque[tuple[datetime, int]]] = field(default_factory=dict)
    _next: dict[Place, datetime] = field(default_factory=dict)

    def used(self, place: Place, *, now: datetime) -> int:
        """Recipients of the day (UTC), those under way included."""
        return self._counted(place, now.date()) + self._under_way(place, now)

    def has_room(self, place: Place, *, cap: int, recipients: int, now: datetime) -> bool:
        """Whether so many more may leave now: below the day's cap, and not all at once (GCRA)."""
        if self._next.get(place, now) > now:
            return False
        return self.used(place, now=now) + recipients <= cap

    def promise(self, place: Place, *, cap: int, recipients: int, now: datetime) -> None:
        """Take them off today's room until they are settled."""
        # What goes beyond the day's cap says nothing about when the next day may begin.
        if self.used(place, now=now) + recipients <= cap:
            begin = max(self._next.get(place, now), now)
            self._next[place] = begin + SPREAD / cap * recipients
        self._promised.setdefault(place, deque()).append((now + PROMISED, recipients))

    def passed(self, place: Place, *, recipients: int, now: datetime) -> None:
        """Another node is to send them."""
        self._passed.setdefault(place, deque()).append((now + PASSED, recipients))

    def settle(
        self, place: Place, *, recipients: int, counts: Counts, cap: int | None, now: datetime
    ) -> None:
        """What came of a promise; empty counts give it back."""
        promised = self._promised.get(place, ())
        kept = next((one for one in promised if one[1] == recipients), None)
        if kept:
            self._promised[place].remove(kept)
        if not counts.sent:
            return
        self._new.setdefault((place, now.date()), Counts()).add(counts)
        if cap is not None:
            beyond = self._counted(place, now.date()) - cap
            self._new[place, now.date()].overflow += min(max(beyond, 0), counts.sent)

    def take_batch(self) -> Batch:
        """What is to be written; `written` or `lost` follows."""
        for key, counts in self._new.items():
            self._flying.setdefault(key, Counts()).add(counts)
        self._new = {}
        return self._flying

    def written(self) -> None:
        """The batch is in the database."""
        for key, counts in self._flying.items():
            self._known[key] = self._known.get(key, 0) + counts.sent
        self._flying = {}

    def learn(self, totals: Mapping[Place, int], *, day: date) -> None:
        """What the database holds of a day, other processes' recipients included."""
        self._known = {(place, day): sent for place, sent in totals.items()}

    def _counted(self, place: Place, day: date) -> int:
        key = (place, day)
        counted = sum(batch[key].sent for batch in (self._new, self._flying) if key in batch)
        return self._known.get(key, 0) + counted

    def _under_way(self, place: Place, now: datetime) -> int:
        return _open(self._promised.get(place), now) + _open(self._passed.get(place), now)


def _open(until: deque[tuple[datetime, int]] | None, now: datetime) -> int:
    while until and until[0][0] <= now:
        until.popleft()
    return sum(recipients for _, recipients in until or ())
