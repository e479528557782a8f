"""The outside MX misbehaves exactly as told, and only as often as told."""

import pytest

from stack.outside.behaviours import BehaviourError, Behaviours


def test_a_behaviour_with_times_ends_by_itself() -> None:
    behaviours = Behaviours()
    behaviours.add({"recipient": "a@outside.test", "reply": "451 4.3.0 later", "times": 2})
    answers = [behaviours.take(phase="rcpt", recipients=["A@outside.test"]) for _ in range(3)]
    assert [answer and answer.reply for answer in answers] == [
        "451 4.3.0 later",
        "451 4.3.0 later",
        None,
    ]


def test_a_behaviour_meets_only_its_recipient_and_phase() -> None:
    behaviours = Behaviours()
    behaviours.add({"recipient": "a@outside.test", "phase": "dot", "drop": True})
    assert behaviours.take(phase="dot", recipients=["b@outside.test"]) is None
    assert behaviours.take(phase="rcpt", recipients=["a@outside.test"]) is None
    taken = behaviours.take(phase="dot", recipients=["b@outside.test", "a@outside.test"])
    assert taken is not None
    assert taken.drop


def test_before_rcpt_only_the_star_fits() -> None:
    behaviours = Behaviours()
    behaviours.add({"recipient": "a@outside.test", "phase": "mail", "reply": "450 4.0.0 no"})
    assert behaviours.take(phase="mail", recipients=[]) is None
    behaviours.add({"recipient": "*", "phase": "mail", "reply": "450 4.0.0 no"})
    assert behaviours.take(phase="mail", recipients=[]) is not None


def test_the_newest_behaviour_wins_and_clearing_removes() -> None:
    behaviours = Behaviours()
    old = behaviours.add({"recipient": "*@outside.test", "reply": "450 4.0.0 old"})
    new = behaviours.add({"recipient": "a@outside.test", "reply": "450 4.0.0 new"})
    taken = behaviours.take(phase="rcpt", recipients=["a@outside.test"])
    assert taken is not None
    assert taken.id == new.id
    assert behaviours.clear(new.id) == 1
    taken = behaviours.take(phase="rcpt", recipients=["a@outside.test"])
    assert taken is not None
    assert taken.id == old.id
    assert behaviours.clear() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"phase": "bye"},
        {"reply": "later"},
        {"reply": "451 two\r\nlines"},
        {"delay": -1},
        {"delay": 1e9},
        {"times": 0},
        {"drop": "yes"},
        {"recipent": "a@outside.test"},
    ],
)
def test_nonsense_is_refused(wrong: dict[str, object]) -> None:
    behaviours = Behaviours()
    with pytest.raises(BehaviourError):
        behaviours.add(wrong)
    assert behaviours.clear() == 0
