"""Mail to an alias arrives in each mailbox behind it, from the world and from our own users."""

import smtplib

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


def test_an_alias_reaches_its_mailboxes_and_speaks_for_them(done: World) -> None:
    ann, ben = done.sender, done.ben
    assert ben is not None
    api, alias = done.acme.rest, f"sales-{token()}@{done.domain}"
    made = api.post(
        "/aliases",
        {
            "domain": done.domain_id,
            "local_part": alias.partition("@")[0],
            "targets": [ann.address, ben.address],
        },
    )
    api.post("/aliases", {"domain": done.domain_id, "local_part": "*", "targets": [ben.address]})
    from_outside, from_inside, caught = (f"{name} {token()}" for name in ("mx", "own", "caught"))
    stranger = done.outside_address("alias")
    with open_session(done.endpoints.service("smtp_mx")) as session:
        for subject, to in ((from_outside, alias), (caught, f"{token()}@{done.domain}")):
            session.sendmail(
                stranger, [to], compose(sender=stranger, recipient=to, subject=subject)
            )
    # Ann writes to the alias, and in its name.
    with open_session(done.endpoints.service("submission")) as session:
        session.login(ann.address, ann.password)
        letter = compose(sender=alias, recipient=alias, subject=from_inside)
        session.sendmail(alias, [alias, stranger], letter)
    for subject, readers in (
        (from_outside, (ann, ben)),
        (from_inside, (ann, ben)),
        (caught, (ben,)),
    ):
        for reader in readers:
            wait_for(
                lambda reader=reader, subject=subject: _has(done, reader, subject),
                what=f"“{subject}” in the mailbox {reader.address}",
            )
    assert not _has(done, ann, caught)
    arrived = done.outside.wait_message(stranger, subject=from_inside, seconds=60)
    assert arrived.is_authentic(done.domain), arrived.verdict_line
    assert api.call("DELETE", f"/aliases/{made['id']}").status == 204
    with open_session(done.endpoints.service("submission")) as session:
        session.login(ann.address, ann.password)
        with pytest.raises(smtplib.SMTPSenderRefused) as refused:
            session.sendmail(alias, [stranger], letter)
        assert refused.value.smtp_code == 550


def _has(world: World, reader: User, subject: str) -> bool:
    imap = world.endpoints.service("imaps")
    with imap_session(imap, login=reader.address, password=reader.password) as client:
        return any(
            find_message(client, subject=subject, folder=folder) for folder in ("INBOX", "Junk")
        )
