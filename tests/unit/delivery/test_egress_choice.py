"""Which address of a pool an errand leaves from."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from mailcore.delivery.egress.choice import Choice, Chooser
from mailcore.delivery.egress.counting import counts_of
from mailcore.delivery.egress.members import Book, Member
from mailcore.delivery.egress.tally import PROMISED, Counts, Tally
from mailcore.delivery.ports import Elsewhere, Errand, Wait
from mailcore.delivery.smtp.envelope import Answer

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
A, B, C = (Member(pool="p", address=f"192.0.2.{n}", ehlo=f"out{n}.test") for n in (1, 2, 3))


def _errand(turn: int = 0, *, provider: str = "gmail", **changes: object) -> Errand:
    errand = Errand(
        reseller_id=UUID(int=turn),
        stream="bulk",
        pool="p",
        site=f"mx{turn % 7}.test",
        provider=provider,
        recipients=1,
        is_retry=False,
    )
    return replace(errand, **changes)


def _chooser(
    *members: Member, steps: dict[str, int] | None = None, shunned: Iterable[str] = ()
) -> Chooser:
    return Chooser(
        book=Book(
            pools={"p": members},
            steps={(address, "gmail"): step for address, step in (steps or {}).items()},
        ),
        tally=Tally(),
        is_shunned=lambda errand, address: address in shunned and errand.provider == "gmail",
    )


def _address(chooser: Chooser, errand: Errand) -> str:
    choice = chooser.choose(errand, now=NOW)
    assert isinstance(choice, Choice)
    return choice.member.address


def _addresses(chooser: Chooser, *, turns: int = 400, **changes: object) -> Counter[str]:
    """How often each address is chosen; what was chosen counts as sent."""
    chosen: Counter[str] = Counter()
    for turn in range(turns):
        address = _address(chooser, _errand(turn, **changes))
        chosen[address] += 1
        place = (address, "gmail")
        counts = Counts(sent=1)
        chooser.tally.settle(place, recipients=1, counts=counts, cap=None, now=NOW)
    return chosen


def test_weights_share_and_who_leaves_moves_only_what_it_had() -> None:
    heavy = replace(B, weight=300)
    chosen = _addresses(_chooser(A, heavy))
    assert 0.65 < chosen[B.address] / 400 < 0.85
    three, two = _chooser(A, B, C), _chooser(A, B)
    for turn in range(100):
        before, after = _address(three, _errand(turn)), _address(two, _errand(turn))
        assert before in {after, C.address}, "a reseller's mail to a site keeps its address"


def test_a_source_is_of_the_kind_that_the_hosts_are_reached_by() -> None:
    six = replace(B, address="2001:db8::2")
    chooser = _chooser(A, six)
    assert _addresses(chooser, ip={4}, turns=20).keys() == {A.address}
    assert _addresses(chooser, ip={6}, turns=20).keys() == {six.address}
    assert _addresses(chooser, turns=100).keys() == {A.address, six.address}
    assert _address(_chooser(A), _errand(ip={6})) == A.address, "its try says what is wrong"


def test_an_active_source_of_the_other_kind_has_not_failed() -> None:
    six = replace(B, address="2001:db8::2")
    standby = replace(C, address="2001:db8::3", role="standby")
    chooser = _chooser(A, six, standby)
    assert _address(chooser, _errand(ip={6}, is_retry=True)) == six.address


def test_an_address_for_one_provider_alone_carries_nothing_else() -> None:
    chooser = _chooser(replace(A, providers=["gmail"]), replace(B, providers=["yahoo", "gmx"]))
    assert _address(chooser, _errand(provider="gmail")) == A.address
    assert _address(chooser, _errand(provider="gmx")) == B.address
    wait = chooser.choose(_errand(provider="apple"), now=NOW)
    assert isinstance(wait, Wait)
    assert wait.reason == "no source of the pool p serves apple"


@pytest.mark.parametrize(
    "change",
    [{"state": "suspended"}, {"state": "draining"}, {"listed_by": ["zen.test"]}],
)
def test_a_standby_steps_in_for_a_member_that_fails(change: dict[str, object]) -> None:
    standby = replace(C, role="standby")
    chosen = _addresses(_chooser(replace(A, **change), B, standby))
    assert A.address not in chosen
    assert chosen[C.address] > 100


def test_a_standby_steps_in_where_servers_shun_a_member_and_only_there() -> None:
    standby = replace(C, role="standby")
    chooser = _chooser(A, standby, shunned=[A.address])
    assert _addresses(chooser, turns=20) == {C.address: 20}
    assert _address(chooser, _errand(provider="yahoo")) == A.address


def test_a_standby_gets_little_and_never_nothing() -> None:
    standby = replace(C, role="standby")
    few = _addresses(_chooser(A, standby), turns=50)
    assert few[C.address] == 10, "a fifth of a few"
    many = _addresses(_chooser(A, standby), turns=2000)
    assert many[C.address] == 100, "a twentieth of many"
    assert C.address not in _addresses(_chooser(A, standby), turns=50, is_retry=True)


def test_a_standby_that_is_warming_keeps_its_own_cap() -> None:
    standby = replace(C, role="standby")
    chooser = _chooser(A, standby, steps={C.address: 1})
    chooser.tally.learn({(A.address, "gmail"): 9000, (C.address, "gmail"): 50}, day=NOW.date())
    assert _address(chooser, _errand()) == A.address


def test_the_furthest_takes_what_is_too_much_when_nobody_is_warm() -> None:
    chooser = _chooser(A, B, steps={A.address: 1, B.address: 5})
    chooser.tally.learn({(A.address, "gmail"): 50, (B.address, "gmail"): 200}, day=NOW.date())
    choice = chooser.choose(_errand(), now=NOW)
    assert isinstance(choice, Choice)
    assert (choice.member, choice.is_overflow) == (B, True)


def test_only_suspension_makes_mail_wait() -> None:
    suspended = replace(A, state="suspended", reason="by hand")
    listed, draining = replace(B, listed_by=["zen.test"]), replace(C, state="draining")
    assert _address(_chooser(suspended, listed, draining), _errand()) == B.address
    assert _address(_chooser(suspended, draining), _errand()) == C.address
    wait = _chooser(suspended).choose(_errand(), now=NOW)
    assert isinstance(wait, Wait)
    assert wait.reason == "every source of the pool p is suspended: 192.0.2.1 (by hand)"
    assert isinstance(_chooser().choose(_errand(), now=NOW), Wait)


def test_what_is_under_way_counts_until_it_is_settled() -> None:
    tally, place = Tally(), ("192.0.2.1", "gmail")
    tally.promise(place, cap=50, recipients=30, now=NOW)
    later = NOW + timedelta(hours=6)
    assert tally.used(place, now=NOW) == 30
    assert not tally.has_room(place, cap=50, recipients=1, now=NOW), "not all at once"
    tally.settle(place, recipients=30, counts=Counts(), cap=50, now=NOW)
    assert tally.used(place, now=NOW) == 0
    assert tally.has_room(place, cap=50, recipients=50, now=later)
    tally.promise(place, cap=50, recipients=30, now=later)
    assert tally.used(place, now=later + PROMISED) == 0, "a promise does not outlive a session"


def test_a_batch_that_was_not_written_is_written_with_the_next() -> None:
    tally, place = Tally(), ("192.0.2.1", "gmail")
    for _ in range(2):
        tally.settle(place, recipients=1, counts=Counts(sent=2), cap=3, now=NOW)
        batch = tally.take_batch()
    counts = batch[place, NOW.date()]
    assert (counts.sent, counts.overflow) == (4, 1)
    assert tally.used(place, now=NOW) == 4
    tally.written()
    assert not tally.take_batch()
    assert tally.used(place, now=NOW) == 4


def test_what_answers_say_about_an_address() -> None:
    delivered = Answer(verdict="delivered", phase="done", code=250)
    answers = [
        delivered,
        Answer(verdict="bounced", phase="rcpt", code=550, enhanced="5.1.1", text="no such user"),
        Answer(verdict="deferred", phase="rcpt", code=452, enhanced="4.2.2", text="mailbox full"),
        Answer(verdict="deferred", phase="rcpt", code=451, enhanced="4.7.1", text="Greylisted"),
        Answer(verdict="deferred", phase="connect", text="connection refused"),
        Answer(verdict="deferred", phase="mail", code=421, text="unusual rate of mail"),
        Answer(
            verdict="bounced",
            phase="mail",
            code=550,
            enhanced="5.7.1",
            text="part of their network is on our block list (S3150)",
        ),
    ]
    counts = counts_of(answers, provider="outlook")
    assert (counts.sent, counts.hard, counts.deferred, counts.blocked) == (6, 1, 1, 1)


FAR_A, FAR_B = replace(A, node="here"), replace(B, node="there")


def _spread(*members: Member, **changes: object) -> Chooser:
    return replace(_chooser(*members, **changes), node="here")


def _homes(chooser: Chooser, *, turns: int = 200, **changes: object) -> Counter[str]:
    """How often this node keeps an errand, and how often another gets it."""
    homes: Counter[str] = Counter()
    for turn in range(turns):
        choice = chooser.choose(_errand(turn, domain=f"d{turn}.test", **changes), now=NOW)
        homes[choice.node if isinstance(choice, Elsewhere) else "kept"] += 1
    return homes


def test_what_only_another_nodes_source_serves_is_passed_on_once() -> None:
    chooser = _spread(replace(FAR_A, providers=["yahoo"]), replace(FAR_B, providers=["gmail"]))
    assert chooser.choose(_errand(), now=NOW) == Elsewhere(node="there")
    assert isinstance(chooser.choose(_errand(was_passed=True), now=NOW), Wait)
    assert _address(chooser, _errand(provider="yahoo")) == A.address


def test_sources_of_several_nodes_share_a_provider_by_weight() -> None:
    chooser = _spread(FAR_A, replace(FAR_B, providers=["gmail"], weight=300))
    assert 120 < _homes(chooser)["there"] < 180
    assert _homes(chooser, provider="yahoo") == {"kept": 200}
    assert _homes(chooser, is_retry=True) == {"kept": 200}, "a greylist knows the first address"
    assert _homes(chooser, was_passed=True) == {"kept": 200}


@pytest.mark.parametrize("change", [{"state": "draining"}, {"listed_by": ["zen.test"]}])
def test_another_nodes_source_steps_in_for_one_that_fails(change: dict[str, object]) -> None:
    standby = replace(FAR_B, role="standby")
    chooser = _spread(replace(FAR_A, **change), standby)
    assert _homes(chooser, is_retry=True) == {"there": 200}
    assert _homes(chooser, was_passed=True) == {"kept": 200}, "it is not sent to and fro"
    listed = _spread(replace(FAR_A, **change), replace(standby, listed_by=["zen.test"]))
    assert _homes(listed) == {"kept": 200}, "nobody is better there"


def test_a_standby_on_another_node_gets_its_share() -> None:
    homes = _homes(_spread(FAR_A, replace(FAR_B, role="standby")), turns=50)
    assert homes["there"] == 0, "nothing was sent yet, so nothing is due"
    chooser = _spread(FAR_A, replace(FAR_B, role="standby"))
    chooser.tally.learn({(A.address, "gmail"): 2000}, day=NOW.date())
    assert _homes(chooser)["there"] == 106, (
        "a twentieth of 2106, though the database counts none of it yet"
    )


def test_a_standby_beside_an_active_on_its_node_takes_what_was_passed_on_for_it() -> None:
    third = replace(FAR_B, address="192.0.2.3", role="standby")
    there = replace(_spread(FAR_A, FAR_B, third), node="there")
    there.tally.learn(
        {(A.address, "gmail"): 7000, (B.address, "gmail"): 3000, (third.address, "gmail"): 160},
        day=NOW.date(),
    )
    assert _address(there, _errand(was_passed=True)) == third.address


def test_what_is_too_much_for_a_new_source_goes_to_a_warm_one_on_another_node() -> None:
    chooser = _spread(FAR_A, FAR_B, steps={A.address: 1})
    chooser.tally.learn({(A.address, "gmail"): 50}, day=NOW.date())
    assert _homes(chooser, is_retry=True) == {"there": 200}
    assert _homes(chooser, was_passed=True) == {"there": 200}
    both = _spread(FAR_A, FAR_B, steps={A.address: 1, B.address: 1})
    both.tally.learn({(A.address, "gmail"): 50}, day=NOW.date())
    assert _homes(both, is_retry=True) == {"kept": 200}, "neither is warm"
