"""Mail to a mailbox that takes none for now: the MX says so, of it alone, and the mail arrives later."""

import pytest

from stack.client.compose import compose
from stack.client.mailbox import find_message, imap_session
from stack.client.smtp import open_session
from stack.client.waiting import wait_for
from stack.demo.steps import Outcome
from stack.demo.world import User, World, token


@pytest.fixture
def done(told: dict[str, Outcome], world: World) -> World:
    """The world after the journeys, with two mailboxes."""
    if world.ann is None or world.ben is None:
        pytest.fail(f"no mailboxes were made: {[one for one in told.values() if not one.ok]}")
    return world


def test_the_mx_says_not_now_of_what_is_held_and_mail_arrives_afterwards(done: World) -> None:
    ann, ben, api = done.sender, done.ben, done.acme.rest
    assert ben is not None
    alone, both = (f"{name}-{token()}@{done.domain}" for name in ("alone", "both"))
    for alias, targets in ((alone, [ann.address]), (both, [ann.address, ben.address])):
        body = {"domain": done.domain_id, "local_part": alias.partition("@")[0]}
        api.post("/aliases", {**body, "targets": targets})
    to_both, again, inside = (f"{name} {token()}" for name in ("both", "again", "inside"))
    reason = "Left on 28 February."
    held = {"object": ann.id, "kind": "owner", "scopes": ["receive"], "reason": reason}
    hold = api.post("/holds", held)
    stranger = done.outside_address("hold")
    local, _, domain = ann.address.partition("@")
    refused = (ann.address, ann.address.upper(), f"{local}+tag@{domain}", alone)
    answers = at_mx(done, stranger, (*refused, both, ben.address), subject=to_both)
    for to in refused:
        assert answers[to].startswith("450 4.2.1 "), answers
        assert "takes no mail for now" in answers[to]
        assert reason not in answers[to]
    assert [answers[to][:3] for to in (both, ben.address)] == ["250", "250"], answers
    with open_session(done.endpoints.service("submission")) as session:
        session.login(ben.address, ben.password)
        letter = compose(sender=ben.address, recipient=ann.address, subject=inside)
        session.sendmail(ben.address, [ann.address], letter)
    _wait(done, ben, to_both)
    assert not _has(done, ann, to_both)
    assert not _has(done, ann, inside)
    assert api.call("DELETE", f"/holds/{hold['id']}").status == 204
    assert at_mx(done, stranger, (ann.address,), subject=again)[ann.address].startswith("250")
    for subject in (again, to_both, inside):
        _wait(done, ann, subject)


def at_mx(world: World, sender: str, to: tuple[str, ...], *, subject: str) -> dict[str, str]:
    """What the MX answers to each recipient of one message; those that it takes get it."""
    with open_session(world.endpoints.service("smtp_mx")) as session:
        session.mail(sender)
        answers = {}
        for one in to:
            code, text = session.rcpt(one)
            answers[one] = f"{code} {text.decode()}"
        if any(answer.startswith("250") for answer in answers.values()):
            letter = compose(sender=sender, recipient=to[-1], subject=subject)
            assert session.data(letter)[0] == 250
        return answers


def _wait(world: World, reader: User, subject: str) -> None:
    wait_for(
        lambda: _has(world, reader, subject), what=f"“{subject}” in the mailbox {reader.address}"
    )


def _has(world: World, reader: User, subject: str) -> bool:
    imap = world.endpoints.service("imaps")
    with imap_session(imap, login=reader.address, password=reader.password) as client:
        return any(
            find_message(client, subject=subject, folder=folder) for folder in ("INBOX", "Junk")
        )
