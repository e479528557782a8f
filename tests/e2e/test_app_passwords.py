"""An app password opens what it is for over the real protocols, tells when, and ends at once."""

import smtplib
import time

import pytest

from stack.client.mailbox import (
    LoginRefusedError,
    LoginUnavailableError,
    imap_session,
    pop_session,
)
from stack.client.smtp import open_session
from stack.demo.steps import Outcome
from stack.demo.world import World


@pytest.fixture
def done(told: dict[str, Outcome], world: World) -> World:
    """The world after the journeys, with a mailbox."""
    if world.ann is None:
        pytest.fail(f"no mailbox was made: {[one for one in told.values() if not one.ok]}")
    return world


def is_let_in(world: World, protocol: str, secret: str) -> bool:
    """Ask as a mail program does: again when the server could not tell (PostgreSQL came back just now)."""
    session = {"imap": imap_session, "pop3": pop_session}[protocol]
    service = world.endpoints.service(f"{protocol}s")
    for _ in range(5):
        try:
            with session(service, login=world.sender.address, password=secret):
                return True
        except LoginRefusedError:
            return False
        except LoginUnavailableError:
            time.sleep(1)
    pytest.fail(f"{protocol} cannot tell whether a login is right")


def opens(world: World, secret: str) -> set[str]:
    """The protocols that let the secret in."""
    login = world.sender.address
    found = {protocol for protocol in ("imap", "pop3") if is_let_in(world, protocol, secret)}
    with open_session(world.endpoints.service("submission")) as smtp:
        try:
            smtp.login(login, secret)
            found.add("smtp")
        except smtplib.SMTPAuthenticationError:
            pass
    return found


def test_an_app_password_opens_what_it_is_for(done: World) -> None:
    api, path = done.acme.rest, f"/mailboxes/{done.sender.id}/app-passwords"
    assert opens(done, done.sender.password) == {"imap", "pop3", "smtp"}
    for scopes in (["imap", "smtp"], ["pop3"]):
        made = api.post(path, {"name": "phone", "scopes": scopes})
        assert opens(done, made["secret"]) == set(scopes)
        (shown,) = [one for one in api.get(path)["data"] if one["id"] == made["id"]]
        assert shown["last_used_at"] is not None
        assert shown["last_used_from"]
        assert api.call("DELETE", f"{path}/{made['id']}").status == 204
        assert opens(done, made["secret"]) == set()
