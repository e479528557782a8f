"""PostgreSQL was killed and is back: once Dovecot says that it is well, the first login is let in."""

from base64 import b64encode
from collections.abc import Callable
from typing import Protocol

import pytest

from stack.client.mailbox import imap_session, pop_session
from stack.client.smtp import open_session
from stack.demo.world import World


class PartsLike(Protocol):
    """What `parts` can do."""

    def kill(self, name: str) -> None: ...


def by_imap(world: World) -> None:
    user = world.sender
    with imap_session(world.service("imaps"), login=user.address, password=user.password) as client:
        assert client.select("INBOX")[0] == "OK"


def by_pop(world: World) -> None:
    user = world.sender
    with pop_session(world.service("pop3s"), login=user.address, password=user.password) as client:
        assert client.stat()[0] >= 0


def to_submit(world: World) -> None:
    user = world.sender
    secret = b64encode(f"\0{user.address}\0{user.password}".encode()).decode()
    with open_session(world.service("submissions"), helo="laptop.home.test") as session:
        # Asked once: smtplib's own login would try another mechanism after a refusal.
        assert session.docmd("AUTH PLAIN", secret)[0] == 235


@pytest.mark.parametrize("logs_in", [by_imap, by_pop, to_submit])
def test_the_first_login_is_let_in(
    world: World,
    parts: PartsLike,
    logins_answered: Callable[[], None],
    logs_in: Callable[[World], None],
) -> None:
    for each in (by_imap, by_pop, to_submit):  # every connection to the database is in use
        each(world)
    parts.kill("postgres")
    logins_answered()
    logs_in(world)
