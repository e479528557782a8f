"""Decide what comes next."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from mailcore.directory.states import KeyState
from mailcore.domains.key_life.key import DATED, SLOTS, Key, Periods


class Why(StrEnum):
    """Why another slot signs now."""

    BEGUN = "begun"
    AGE = "age"
    ASKED = "asked"
    LOST = "lost"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What comes next: the keys as they are now (those left out are gone), selectors that need a
    new key, why another slot signs (None: the same one does), and when to come back."""

    keys: tuple[Key, ...]
    needed: tuple[str, ...]
    switched: Why | None
    due_at: datetime | None
    is_waiting: bool


def advance(
    keys: Sequence[Key],
    *,
    now: datetime,
    periods: Periods,
    seen: Collection[UUID] = (),
    is_asked: bool = False,
    may_sign: bool = True,
) -> Turn:
    """Take every step that is due; safe to call at any time and any number of times.

    `seen`: the keys that DNS shows in this very look. Without need, no other one begins to sign.
    """
    life = _Life(keys, now=now, periods=periods, seen=seen, is_asked=is_asked)
    switched = life.sign_with_what_is_shown() if may_sign else None
    life.end_waits()
    return Turn(
        keys=tuple(life.keys.values()),
        needed=life.needed(),
        switched=switched,
        due_at=life.due_at(),
        is_waiting=life.is_waiting(),
    )


def revoke(keys: Sequence[Key], *, key_id: UUID, now: datetime) -> list[Key]:
    """The keys with this one withdrawn: its private half is worth nothing from now on."""
    return [
        replace(key, state=KeyState.RETIRED, since=now, revoked_at=now, shown_at=None)
        if key.id == key_id and key.revoked_at is None
        else key
        for key in keys
    ]


class _Life:
    def __init__(
        self,
        keys: Sequence[Key],
        *,
        now: datetime,
        periods: Periods,
        seen: Collection[UUID],
        is_asked: bool,
    ) -> None:
        self.keys = {key.id: _not_after(key, now) for key in keys}
        self._now, self._periods = now, periods
        self._seen, self._is_asked = seen, is_asked

    def sign_with_what_is_shown(self) -> Why | None:
        """Switch to the other slot or bring in keys of this one; why it was switched."""
        active = self._in_state(KeyState.ACTIVE)
        switched = self._leave(active) if active else None
        for key in self._in_state(KeyState.ACTIVE):
            if key.is_lost:
                self._move(key, KeyState.PENDING)
        if not self._in_state(KeyState.ACTIVE):
            best = self._best(lambda key: key.can_sign)
            if best:
                was_signing = any(key.signing_at for key in self.keys.values())
                self._switch_to(best)
                switched = Why.LOST if was_signing else Why.BEGUN
                if self._has_revoked(self._slots()):
                    switched = Why.REVOKED
        self._join()
        return switched

    def _leave(self, active: Sequence[Key]) -> Why | None:
        """Switch to the other slot when there is a reason and it can do all that this one does."""
        home = active[0].slot
        must = {key.algorithm for key in active}
        if self._has_revoked({home}):
            return self._switch_if(self._is_sound, must, home, Why.REVOKED)
        if any(key.is_lost for key in active):
            return self._switch_if(self._is_sound, must, home, Why.LOST)
        begun = min(key.signing_at or key.since for key in active)
        if self._is_asked or begun + self._periods.sign <= self._now:
            why = Why.ASKED if self._is_asked else Why.AGE
            return self._switch_if(self._is_ready, must, home, why)
        return None

    def _switch_if(
        self, fit: Callable[[Key], bool], must: set[str], home: int, why: Why
    ) -> Why | None:
        best = self._best(lambda key: key.slot != home and fit(key))
        if not must <= {key.algorithm for key in best}:
            return None
        self._switch_to(best)
        return why

    def _is_sound(self, key: Key) -> bool:
        """It can take over at once, and we need not leave its slot at once again."""
        return key.can_sign and not self._has_revoked({key.slot})

    def _is_ready(self, key: Key) -> bool:
        """A new key that DNS shows now, and every resolver sees."""
        return key.id in self._seen and self._is_settled(key)

    def _is_settled(self, key: Key) -> bool:
        """A new key at a name of which resolvers have forgotten what stood there before."""
        if key.state != KeyState.PENDING or not key.can_sign or key.shown_at is None:
            return False
        wait = self._periods.remember if key.is_reuse else timedelta(0)
        return key.shown_at + wait <= self._now

    def _best(self, fit: Callable[[Key], bool]) -> list[Key]:
        """The keys that fit of the slot with most of them; new ones before those on their way out."""
        groups: dict[int, list[Key]] = {}
        for key in self.keys.values():
            if fit(key):
                groups.setdefault(key.slot, []).append(key)
        ranked = sorted(groups, key=lambda slot: (_rank(groups[slot]), slot))
        return groups[ranked[0]] if ranked else []

    def _switch_to(self, chosen: Sequence[Key]) -> None:
        slot = chosen[0].slot
        for key in self._in_state(KeyState.ACTIVE):
            self._move(key, KeyState.RETIRING)
        for key in self._in_state(KeyState.PENDING):
            if key.slot != slot and key.signing_at:  # signed until DNS lost it
                self._move(key, KeyState.RETIRING)
            elif key.slot == DATED != slot:  # nothing follows it and it was never used
                self._move(key, KeyState.RETIRED)
        for key in chosen:
            self._sign_with(key)

    def _join(self) -> None:
        """Keys of the slot that signs join it when DNS shows them."""
        for key in self._joining():
            if self._is_ready(key):
                self._sign_with(key)

    def _joining(self) -> list[Key]:
        """Keys of the slot that signs which do not sign yet."""
        home = {key.slot for key in self._in_state(KeyState.ACTIVE)}
        return [key for key in self._in_state(KeyState.PENDING) if key.slot in home]

    def end_waits(self) -> None:
        """Destroy private halves whose mail has arrived, and let records go after their time."""
        for key in self._in_state(KeyState.RETIRING):
            if key.since + self._periods.publish <= self._now:
                self._move(key, KeyState.RETIRED)
        for key in self._in_state(KeyState.RETIRED):
            if key.since + self._rest(key) <= self._now:
                del self.keys[key.id]
        if self._lacks_successor():
            self._make_room()

    def _rest(self, key: Key) -> timedelta:
        """How long a retired key's record stays; that of a withdrawn one says so for a while."""
        if key.revoked_at:
            return self._periods.publish
        return self._periods.keep - self._periods.publish

    def _lacks_successor(self) -> bool:
        """Another slot is to sign, now, and none has keys to come."""
        home = {key.slot for key in self._in_state(KeyState.ACTIVE)}
        if home and not self._is_asked and not self._has_revoked(home):
            return False
        coming = (KeyState.PENDING, KeyState.RETIRING)
        return not any(
            k.slot not in {*home, DATED} and k.state in coming for k in self.keys.values()
        )

    def _make_room(self) -> None:
        """Let go of a slot whose keys are all destroyed: nobody waits for its records' old value."""
        home = {key.slot for key in self._in_state(KeyState.ACTIVE)}
        groups = {
            s: [k for k in self.keys.values() if k.slot == s] for s in (1, 2) if s not in home
        }
        if not all(groups.values()):
            return  # one is empty already
        oldest = min(
            groups, key=lambda s: (self._has_revoked({s}), max(k.since for k in groups[s]))
        )
        for key in groups[oldest]:
            del self.keys[key.id]

    def needed(self) -> tuple[str, ...]:
        """Selectors without a key."""
        held = {key.selector for key in self.keys.values()}
        return tuple(selector for selector in SLOTS if selector not in held)

    def is_waiting(self) -> bool:
        """A rotation is due, or a key of the slot that signs: a look at DNS is to show its keys."""
        active = self._in_state(KeyState.ACTIVE)
        due = [(key.signing_at or key.since) + self._periods.sign for key in active]
        is_due = self._is_asked or any(at <= self._now for at in due)
        return is_due or any(map(self._is_settled, self._joining()))

    def due_at(self) -> datetime | None:
        """When the next step may be due without DNS showing anything new."""
        known = [at for at in map(self._next, self.keys.values()) if at and at > self._now]
        return min(known, default=None)

    def _next(self, key: Key) -> datetime | None:
        periods = self._periods
        if key.state == KeyState.ACTIVE:
            return (key.signing_at or key.since) + periods.sign
        if key.state == KeyState.RETIRING:
            return key.since + periods.publish
        if key.state == KeyState.RETIRED:
            return key.since + self._rest(key)
        is_wanted = self.is_waiting() or key in self._joining()
        return key.shown_at + periods.remember if is_wanted and key.shown_at else None

    def _sign_with(self, key: Key) -> None:
        since = key.signing_at or self._now
        self.keys[key.id] = replace(key, state=KeyState.ACTIVE, since=self._now, signing_at=since)

    def _move(self, key: Key, state: str) -> None:
        self.keys[key.id] = replace(key, state=state, since=self._now)

    def _in_state(self, state: str) -> list[Key]:
        return [key for key in self.keys.values() if key.state == state]

    def _slots(self) -> set[int]:
        return {key.slot for key in self.keys.values()}

    def _has_revoked(self, slots: Iterable[int]) -> bool:
        return any(key.revoked_at and key.slot in slots for key in self.keys.values())


def _not_after(key: Key, now: datetime) -> Key:
    """A clock that was set back: what it said before counts from now on, not from its future."""
    return replace(
        key,
        since=min(key.since, now),
        signing_at=key.signing_at and min(key.signing_at, now),
        shown_at=key.shown_at and min(key.shown_at, now),
    )


def _rank(keys: Sequence[Key]) -> tuple[int, bool]:
    """Less is better: more algorithms, then keys that have not signed yet."""
    return -len(keys), any(key.state == KeyState.RETIRING for key in keys)
