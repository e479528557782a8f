"""What was made, or is under way, can be read at its `Location`; a repeat says the same."""

import pytest

from tests.document.operations import OPERATIONS

#: Nothing of their own can be read: by nobody, as one of several, or not by who made it.
WITHOUT = {
    "app_passwords.create",
    "messages.send",
    "operator/resellers.invite_owner",
    "suppressions.create",
}
MAKING = sorted(name for name, one in OPERATIONS.items() if {"201", "202"} & set(one.answers))


def test_every_operation_that_makes_something_says_where_it_is() -> None:
    for name in MAKING:
        answers = OPERATIONS[name].answers
        told = {status for status, one in answers.items() if "Location" in one.get("headers", {})}
        assert told == (set() if name in WITHOUT else set(answers) & {"201", "202"}), name


@pytest.mark.parametrize("name", [name for name in MAKING if name not in WITHOUT])
def test_what_was_made_is_there(stage, call, name) -> None:
    caller = stage.caller_of(name)
    made = call(name, caller, **{"Idempotency-Key": "once"})
    assert made.status_code in {201, 202}, made.content
    again = call(name, caller, **{"Idempotency-Key": "once"})
    assert again["Idempotency-Replayed"] == "true"
    assert again["Location"] == made["Location"]
    found = call(name, caller, path=made["Location"])
    assert found.status_code == 200, found.content
    assert found.json().get("id") in {None, made.json().get("id")}


@pytest.mark.parametrize("name", sorted(WITHOUT))
def test_what_cannot_be_read_alone_is_nowhere(stage, call, name) -> None:
    made = call(name, stage.caller_of(name))
    assert made.status_code in {201, 202}, made.content
    assert "Location" not in made
