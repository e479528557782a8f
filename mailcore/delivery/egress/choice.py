"""Which member of a pool takes an errand; no I/O, so that a calendar can be played through."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from mailcore.delivery.egress.members import Book, Member, ranked
from mailcore.delivery.egress.tally import Tally
from mailcore.delivery.egress.warmup import WARM, cap_of, group_of
from mailcore.delivery.ports import Errand, Wait, ip_of

#: Seconds until it is worth asking again when nobody can take an errand.
LATER = 60.0
#: A standby gets this part of what its pool sends to a group of providers…
STANDBY_SHARE = 0.05
#: …and while it has few recipients a day, so much more that mail servers know it.
STANDBY_FEW, STANDBY_SHARE_OF_FEW = 50, 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A member, the day's cap it goes by (None: warm), and whether it goes beyond."""

    member: Member
    group: str
    cap: int | None = None
    is_overflow: bool = False


#: Whether what servers said keeps an errand from an address for now.
IsShunned = Callable[[Errand, str], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chooser:
    """Chooses by a book and a tally."""

    book: Book
    tally: Tally
    is_shunned: IsShunned
    _orders: dict[tuple[str, UUID, str], list[Member]] = field(default_factory=dict)

    def choose(self, errand: Errand, *, now: datetime) -> Choice | Wait:
        """The first that applies: a standby whose share is due, a sound member with room, a sound
        standby, a member beyond its cap, then those that something speaks against."""
        serving = [member for member in self._order(errand) if member.serves(errand.provider)]
        # Without one that reaches the hosts the try fails, and its answer says why.
        serving = [m for m in serving if ip_of(m.address) in errand.ip] or serving
        order = [member for member in serving if member.state != "suspended"]
        if not order:
            members = self.book.pools.get(errand.pool, ())
            return Wait(seconds=LATER, reason=_why_nobody(errand, members, serving))
        sound = [m for m in order if m.is_sound and not self.is_shunned(errand, m.address)]
        group = group_of(errand.provider)
        choices = self._with_caps(sound, group)
        found = (
            self._due_standby(choices, errand, now=now)
            or self._with_room(self._first_row(choices, serving), errand, now=now)
            or self._with_room(choices, errand, now=now)
        )
        if found:
            return found
        if choices:
            most = max(choices, key=lambda choice: choice.cap or 0)
            return Choice(member=most.member, group=group, cap=most.cap, is_overflow=True)
        return self._with_caps(_least_bad(order), group)[0]

    def _order(self, errand: Errand) -> list[Member]:
        """The pool's members as this reseller's mail to this site prefers them, kept with the book."""
        key = (errand.pool, errand.reseller_id, errand.site)
        order = self._orders.get(key)
        if order is None:
            members = self.book.pools.get(errand.pool, ())
            order = ranked(members, key=f"{errand.reseller_id} {errand.site}")
            self._orders[key] = order
        return order

    def _with_caps(self, members: Sequence[Member], group: str) -> list[Choice]:
        steps = self.book.steps
        return [
            Choice(
                member=member,
                group=group,
                cap=cap_of(steps.get((member.address, group), WARM), group=group),
            )
            for member in members
        ]

    def _first_row(self, choices: list[Choice], serving: Sequence[Member]) -> list[Choice]:
        """The active members; the standbys beside them when one of those fails."""
        sound = {choice.member.address for choice in choices}
        if any(m.role == "active" and m.address not in sound for m in serving):
            return choices
        return [choice for choice in choices if choice.member.role == "active"]

    def _with_room(
        self, choices: Sequence[Choice], errand: Errand, *, now: datetime
    ) -> Choice | None:
        return next((choice for choice in choices if self._has_room(choice, errand, now)), None)

    def _has_room(self, choice: Choice, errand: Errand, now: datetime) -> bool:
        if choice.cap is None:
            return True
        place = (choice.member.address, choice.group)
        return self.tally.has_room(place, cap=choice.cap, recipients=errand.recipients, now=now)

    def _due_standby(
        self, choices: Sequence[Choice], errand: Errand, *, now: datetime
    ) -> Choice | None:
        """A standby that has less than its share; first tries only, for greylists' sake."""
        standbys = [choice for choice in choices if choice.member.role == "standby"]
        if not standbys or errand.is_retry:
            return None
        used = {c.member.address: self._used(c, now) for c in choices}
        everything = sum(used.values())
        due = max(everything * STANDBY_SHARE, min(STANDBY_FEW, everything * STANDBY_SHARE_OF_FEW))
        behind = [choice for choice in standbys if used[choice.member.address] < due]
        return self._with_room(behind, errand, now=now)

    def _used(self, choice: Choice, now: datetime) -> int:
        return self.tally.used((choice.member.address, choice.group), now=now)


def _least_bad(order: Sequence[Member]) -> list[Member]:
    """Shunned for now before listed before draining: mail that nobody takes is worse."""
    return sorted(order, key=lambda m: (m.state == "draining", bool(m.listed_by)))


def _why_nobody(errand: Errand, members: Sequence[Member], serving: Sequence[Member]) -> str:
    if not members:
        return f"the pool {errand.pool} has no source on this node"
    if not serving:
        return f"no source of the pool {errand.pool} serves {errand.provider}"
    told = ", ".join(f"{m.address} ({m.reason})" if m.reason else m.address for m in serving)
    return f"every source of the pool {errand.pool} is suspended: {told}"
