"""Which member of a pool takes an errand; no I/O, so that a calendar can be played through."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from mailcore.delivery.egress.members import Book, Member, ranked
from mailcore.delivery.egress.tally import Tally
from mailcore.delivery.egress.warmup import WARM, cap_of, group_of
from mailcore.delivery.ports import Elsewhere, Errand, Wait, ip_of

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
    """Chooses by a book and a tally for the processes of a node."""

    book: Book
    tally: Tally
    is_shunned: IsShunned
    node: str = ""
    _orders: dict[tuple[str, UUID, str], list[Member]] = field(default_factory=dict)

    def choose(self, errand: Errand, *, now: datetime) -> Choice | Elsewhere | Wait:
        """The first that applies: a standby whose share is due, a sound member with room, a sound
        standby, a member beyond its cap, then those that something speaks against."""
        serving = [member for member in self._order(errand) if member.serves(errand.provider)]
        # Without one that reaches the hosts the try fails, and its answer says why.
        serving = [m for m in serving if ip_of(m.address) in errand.ip] or serving
        near = [member for member in serving if member.node == self.node]
        if len(near) < len(serving) and (node := self._other_node(errand, serving, now=now)):
            return Elsewhere(node=node)
        return self._choose_near(errand, near, pool=serving, now=now)

    def _choose_near(
        self, errand: Errand, serving: Sequence[Member], *, pool: Sequence[Member], now: datetime
    ) -> Choice | Wait:
        """A member of this node; a standby's share is of what all of the POOL sends."""
        order = [member for member in serving if member.state != "suspended"]
        if not order:
            members = [m for m in self.book.pools.get(errand.pool, ()) if m.node == self.node]
            return Wait(seconds=LATER, reason=_why_nobody(errand, members, serving))
        group = group_of(errand.provider)
        choices = self._with_caps(self._sound(errand, order), group)
        # Mostly the whole pool is near.
        among = choices if len(pool) == len(serving) else self._choices(errand, pool)
        found = (
            self._due_standby(choices, errand, among=among, now=now)
            or self._with_room(self._first_row(choices, serving), errand, now=now)
            or self._with_room(choices, errand, now=now)
        )
        if found:
            return found
        if choices:
            most = max(choices, key=lambda choice: choice.cap or 0)
            return Choice(member=most.member, group=group, cap=most.cap, is_overflow=True)
        return self._with_caps(_least_bad(order), group)[0]

    def _other_node(
        self, errand: Errand, serving: Sequence[Member], *, now: datetime
    ) -> str | None:
        """The node whose source is to take an errand instead of one of ours; mostly none.

        What was passed on stays, also where nothing is sound: both nodes could see it otherwise for
        as long as news takes. A retry stays with the address that a greylist knows.
        """
        usable = [member for member in serving if member.state != "suspended"]
        sound = self._sound(errand, usable)
        near, far = self._split(sound)
        if not near:
            is_any_near = any(member.node == self.node for member in usable)
            far = far or ([] if is_any_near else usable)
            return _home(far, errand) if far and not errand.was_passed else None
        if not far:
            return None
        choices = self._with_caps(sound, group_of(errand.provider))
        if not (errand.is_retry or errand.was_passed):
            due = self._due_standby(choices, errand, among=choices, now=now)
            if due:
                return self._pass_on(due, errand, now=now)
            row = self._first_row(choices, serving) or choices
            first = _home([choice.member for choice in row], errand)
            if first != self.node:
                return first
        if self._with_room([c for c in choices if c.member in near], errand, now=now):
            return None
        warm = [c.member for c in choices if c.cap is None and c.member in far]
        return _home(warm, errand) if warm else None

    def _pass_on(self, due: Choice, errand: Errand, *, now: datetime) -> str | None:
        """The standby's node, unless it is ours; the share counts until the database knows of it."""
        if due.member.node == self.node:
            return None
        place = (due.member.address, due.group)
        self.tally.passed(place, recipients=errand.recipients, now=now)
        return due.member.node

    def _split(self, members: Sequence[Member]) -> tuple[list[Member], list[Member]]:
        near = [member for member in members if member.node == self.node]
        return near, [member for member in members if member.node != self.node]

    def _sound(self, errand: Errand, members: Sequence[Member]) -> list[Member]:
        return [m for m in members if m.is_sound and not self.is_shunned(errand, m.address)]

    def _choices(self, errand: Errand, members: Sequence[Member]) -> list[Choice]:
        usable = [member for member in members if member.state != "suspended"]
        return self._with_caps(self._sound(errand, usable), group_of(errand.provider))

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
        self,
        choices: Sequence[Choice],
        errand: Errand,
        *,
        among: Sequence[Choice],
        now: datetime,
    ) -> Choice | None:
        """A standby that has less than its share; first tries only, for greylists' sake."""
        standbys = [choice for choice in choices if choice.member.role == "standby"]
        if not standbys or errand.is_retry:
            return None
        used = {c.member.address: self._used(c, now) for c in among}
        everything = sum(used.values())
        due = max(everything * STANDBY_SHARE, min(STANDBY_FEW, everything * STANDBY_SHARE_OF_FEW))
        behind = [choice for choice in standbys if used[choice.member.address] < due]
        return self._with_room(behind, errand, now=now)

    def _used(self, choice: Choice, now: datetime) -> int:
        return self.tally.used((choice.member.address, choice.group), now=now)


def _home(members: Sequence[Member], errand: Errand) -> str:
    """The node among these that acceptance would choose too (sec.home_of)."""
    actives = [member for member in members if member.role == "active"] or members
    return ranked(actives, key=f"{errand.reseller_id} {errand.domain}")[0].node


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
