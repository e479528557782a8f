"""Whatever happens in whatever order, a key signs only while DNS shows it and only in its time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from kernel import ids
from mailcore.directory.states import KeyState
from mailcore.domains import key_life
from mailcore.domains.key_life import SLOTS, Key, Periods, Turn, Why

DAY = timedelta(days=1)
PERIODS = Periods(sign=90 * DAY, publish=7 * DAY, keep=30 * DAY, remember=timedelta(hours=1))
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
DATED = {"r1-20251101": "rsa-sha256", "e1-20251101": "ed25519-sha256"}


def key(selector: str, **known: object) -> Key:
    algorithm = (SLOTS | DATED)[selector]
    base = Key(id=ids.uuid7(), selector=selector, algorithm=algorithm, state="pending", since=BEGIN)
    return replace(base, **known)


def shown(*selectors: str, **known: object) -> list[Key]:
    return [key(selector, shown_at=BEGIN, **known) for selector in selectors]


def turn(keys: list[Key], *, after: timedelta = timedelta(0), **how: object) -> Turn:
    how.setdefault("seen", [key.id for key in keys if key.shown_at])
    return key_life.advance(keys, now=BEGIN + after, periods=PERIODS, **how)


def states(taken: Turn) -> dict[str, str]:
    return {key.selector: key.state for key in taken.keys}


def test_of_two_slots_that_are_shown_the_first_begins() -> None:
    taken = turn(shown("r1", "e1", "r2", "e2"))
    assert states(taken) == {"r1": "active", "e1": "active", "r2": "pending", "e2": "pending"}
    assert taken.switched is Why.BEGUN
    assert taken.needed == ()


def test_a_year_of_turns() -> None:
    """Day by day, everything shown a day after it was made: one switch in ninety days."""
    keys, switches, signing = shown("r1", "e1", "r2", "e2"), [], set()
    for day in range(366):
        taken = turn(keys, after=day * DAY)
        if taken.switched:
            switches.append(day)
        keys = [*taken.keys]
        signing.add("".join(sorted(k.selector for k in keys if k.state == "active")))
        for selector in taken.needed:
            at = BEGIN + day * DAY
            keys.append(key(selector, since=at, shown_at=at + DAY, is_reuse=True))
    assert switches == [0, 90, 180, 270, 360]
    assert signing == {"e1r1", "e2r2"}


def test_the_old_key_is_destroyed_after_seven_days_and_its_record_goes_after_thirty() -> None:
    keys = [*turn(shown("r1", "e1", "r2", "e2")).keys]
    at = {}
    for day in range(90, 130):
        taken = turn(keys, after=day * DAY)
        keys = [*taken.keys]
        at[day] = states(taken).get("r1", "gone")
    assert at[90] == at[96] == "retiring"
    assert at[97] == at[119] == "retired"
    assert at[120] == "gone"


def test_a_rotation_waits_until_dns_shows_every_kind_of_key_that_signs() -> None:
    keys = [*shown("r1", "e1", "r2", state="active", signing_at=BEGIN)[:2], key("r2"), key("e2")]
    assert turn(keys, after=91 * DAY).is_waiting
    half = [replace(k, shown_at=BEGIN) if k.selector == "r2" else k for k in keys]
    taken = turn(half, after=91 * DAY)
    assert taken.switched is None
    assert states(taken)["r1"] == "active"


def test_a_domain_that_never_published_ed25519_rotates_without_it() -> None:
    first = turn([*shown("r1", "r2"), key("e1"), key("e2")])
    taken = turn([*first.keys], after=90 * DAY)
    assert taken.switched is Why.AGE
    assert states(taken) == {"r1": "retiring", "r2": "active", "e1": "pending", "e2": "pending"}


def test_a_name_that_had_another_key_waits_for_the_resolvers_that_remember_it() -> None:
    signing = shown("r1", "e1", state="active", signing_at=BEGIN)
    fresh = shown("r2", "e2", is_reuse=True)
    assert turn([*signing, *fresh], is_asked=True).switched is None
    assert turn([*signing, *fresh], after=PERIODS.remember, is_asked=True).switched is Why.ASKED


def test_no_other_slot_begins_in_a_look_that_does_not_show_it() -> None:
    keys = [*turn(shown("r1", "e1", "r2", "e2")).keys]
    for asked, day in ((False, 90), (True, 80)):
        taken = turn(keys, after=day * DAY, is_asked=asked, seen=[])
        assert (taken.switched, taken.is_waiting) == (None, True)
        half = [key.id for key in keys if key.selector != "e2"]
        assert turn(keys, after=day * DAY, is_asked=asked, seen=half).switched is None
        assert turn(keys, after=day * DAY, is_asked=asked).switched


def test_a_key_at_a_used_name_joins_its_slot_when_the_old_one_is_forgotten() -> None:
    keys = [*shown("r1", state="active", signing_at=BEGIN), *shown("e1", is_reuse=True)]
    first = turn(keys)
    assert states(first) == {"r1": "active", "e1": "pending"}
    assert (first.due_at, first.is_waiting) == (BEGIN + PERIODS.remember, False)
    asks = turn(keys, after=PERIODS.remember, may_sign=False)
    assert asks.is_waiting, "to be looked at again"
    assert states(turn(keys, after=PERIODS.remember)) == {"r1": "active", "e1": "active"}


def test_dated_keys_go_on_until_they_are_rotated_away_and_nothing_follows_them() -> None:
    dated = [key(name, state="active", signing_at=BEGIN, shown_at=BEGIN) for name in DATED]
    taken = turn(dated)
    assert taken.needed == ("r1", "e1", "r2", "e2")
    taken = turn([*taken.keys, *shown("r1", "e1", "r2", "e2")], after=90 * DAY)
    assert states(taken) == dict.fromkeys(DATED, "retiring") | {
        "r1": "active", "e1": "active", "r2": "pending", "e2": "pending",
    }  # fmt: skip
    for day in (97, 120):
        taken = turn([*taken.keys], after=day * DAY)
    assert set(states(taken)) == set(SLOTS)


def test_the_other_slot_takes_over_when_dns_has_lost_a_key() -> None:
    keys = [*turn(shown("r1", "e1", "r2", "e2")).keys]
    taken = turn([replace(k, is_lost=k.selector == "r1") for k in keys], after=DAY)
    assert taken.switched is Why.LOST
    assert {s for s, state in states(taken).items() if state == "active"} == {"r2", "e2"}


def test_the_last_key_stops_when_dns_has_lost_it_and_comes_back_with_it() -> None:
    only = shown("r1", state="active", signing_at=BEGIN)
    taken = turn([replace(only[0], is_lost=True, shown_at=None)], after=DAY)
    assert states(taken) == {"r1": "pending"}
    back = [replace(taken.keys[0], is_lost=False, shown_at=BEGIN + DAY)]
    assert states(turn(back, after=2 * DAY)) == {"r1": "active"}


def test_of_a_withdrawn_key_the_other_slot_takes_over_at_once() -> None:
    keys = [*turn(shown("r1", "e1", "r2", "e2")).keys]
    keys = key_life.revoke(keys, key_id=keys[0].id, now=BEGIN + DAY)
    taken = turn(keys, after=DAY)
    assert taken.switched is Why.REVOKED
    assert states(taken) == {"r1": "retired", "e1": "retiring", "r2": "active", "e2": "active"}


def test_a_key_that_was_just_left_takes_over_from_a_withdrawn_one() -> None:
    keys = [*turn(shown("r1", "e1", "r2", "e2")).keys]
    keys = [*turn(keys, after=90 * DAY).keys]
    r2 = next(k for k in keys if k.selector == "r2")
    taken = turn(key_life.revoke(keys, key_id=r2.id, now=BEGIN + 91 * DAY), after=91 * DAY)
    assert states(taken) == {"r1": "active", "e1": "active", "r2": "retired", "e2": "retiring"}


def test_with_nothing_that_stands_ready_the_other_slot_is_filled_at_once() -> None:
    keys = [*turn(shown("r1", "e1", "r2", "e2")).keys]
    for day in (90, 98):
        keys = [*turn(keys, after=day * DAY).keys]
    r2 = next(k for k in keys if k.selector == "r2")
    taken = turn(key_life.revoke(keys, key_id=r2.id, now=BEGIN + 98 * DAY), after=98 * DAY)
    assert taken.needed == ("r1", "e1")
    assert states(taken) == {"r2": "retired", "e2": "active"}


def test_a_clock_that_was_set_back_keeps_nobody_waiting_for_its_future() -> None:
    future = BEGIN + 400 * DAY
    keys = [*shown("r1", state="retiring", since=future), *shown("r2", state="active")]
    keys = [*turn(keys).keys]
    assert states(turn(keys, after=7 * DAY)) == {"r1": "retired", "r2": "active"}


def test_a_domain_that_is_not_verified_signs_with_nothing() -> None:
    assert set(states(turn(shown("r1", "e1"), may_sign=False)).values()) == {"pending"}


class Years(RuleBasedStateMachine):
    """A domain whose owner, DNS, clock and colleagues do anything at any time."""

    def __init__(self) -> None:
        super().__init__()
        self.now, self.keys, self.zone = BEGIN, [key(name) for name in DATED], {}
        self.asked = False
        self.missed: dict[object, int] = {}
        self.signed_last: dict[str, tuple[object, datetime]] = {}
        self.withdrawn: set[object] = set()
        self.step()

    def step(self) -> None:
        seen = [k.id for k in self.keys if self.zone.get(k.selector) == k.id]
        taken = key_life.advance(
            self.keys, now=self.now, periods=PERIODS, seen=seen, is_asked=self.asked
        )
        self.asked = self.asked and taken.switched is None
        before = {k.selector for k in self.keys}
        self.keys = [*taken.keys]
        for selector in taken.needed:
            self.keys.append(key(selector, since=self.now, is_reuse=selector in before))
            last = self.signed_last.get(selector)
            if last and last[0] not in self.withdrawn:
                assert self.now - last[1] >= PERIODS.publish, f"{selector} has mail on its way"

    @rule(hours=st.sampled_from([1, 12, 24, 24 * 5, 24 * 8, 24 * 31, 24 * 95]))
    def wait(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        self.step()

    @rule()
    def step_twice(self) -> None:
        """Two workers after one another: the second finds nothing to do."""
        self.step()
        held = self.keys
        self.step()
        assert self.keys == held

    @rule(names=st.sets(st.sampled_from([*SLOTS, *DATED])))
    def publish(self, names: set[str]) -> None:
        self.zone |= {k.selector: k.id for k in self.keys if k.selector in names}

    @rule(name=st.sampled_from([*SLOTS, *DATED]))
    def remove(self, name: str) -> None:
        self.zone.pop(name, None)

    @rule(times=st.integers(1, 4))
    def look(self, times: int) -> None:
        for _ in range(times):
            self.keys = [self._seen(k) for k in self.keys]
            self.step()

    def _seen(self, k: Key) -> Key:
        if self.zone.get(k.selector) == k.id:
            self.missed[k.id] = 0
            return replace(k, shown_at=k.shown_at or self.now, is_lost=False)
        self.missed[k.id] = self.missed.get(k.id, 0) + 1
        return replace(k, shown_at=None, is_lost=self.missed[k.id] >= 3)

    @rule()
    def ask(self) -> None:
        self.asked = True
        self.step()

    @rule(at=st.integers(0, 7))
    def withdraw(self, at: int) -> None:
        if at < len(self.keys):
            self.withdrawn.add(self.keys[at].id)
            self.keys = key_life.revoke(self.keys, key_id=self.keys[at].id, now=self.now)
            self.step()

    @invariant()
    def one_slot_signs_and_no_selector_has_two_keys(self) -> None:
        active = [k for k in self.keys if k.state == KeyState.ACTIVE]
        assert len({k.slot for k in active}) <= 1
        assert len({k.selector for k in self.keys}) == len(self.keys)
        for k in active:
            self.signed_last[k.selector] = (k.id, self.now)

    @invariant()
    def what_signs_is_neither_withdrawn_nor_lost(self) -> None:
        for k in self.keys:
            assert k.state != KeyState.ACTIVE or not (k.revoked_at or k.is_lost)
            assert k.revoked_at is None or k.state == KeyState.RETIRED

    @invariant()
    def what_dns_shows_is_signed_with(self) -> None:
        if any(k.can_sign for k in self.keys):
            assert any(k.state == KeyState.ACTIVE for k in self.keys)

    @invariant()
    def what_signed_stays_published(self) -> None:
        held = {k.id for k in self.keys}
        for selector, (key_id, last) in self.signed_last.items():
            if key_id not in self.withdrawn and self.now - last < PERIODS.publish:
                assert key_id in held, f"{selector} is gone while its mail is on its way"


Years.TestCase.settings = settings(max_examples=80, stateful_step_count=40)
TestYears = Years.TestCase
