"""A mailbox owner's session of submission: what its login may say, and what nobody learns of it."""

import smtplib
from collections.abc import Callable, Iterator

import pytest

from stack.client.compose import compose
from stack.client.endpoints import Endpoints
from stack.client.smtp import open_session
from stack.client.waiting import wait_for
from stack.demo.steps import Outcome
from stack.demo.world import World, token

#: A HELO that no pattern of trace fields expects.
ODD_HELO = "laptop (at home) [127.0.0.1]"


@pytest.fixture
def session(endpoints: Endpoints, world: World, told: dict[str, Outcome]) -> Iterator[smtplib.SMTP]:
    """A session that the owner of a mailbox has logged in to."""
    with open_session(endpoints.service("submission"), helo="laptop.home.test") as session:
        session.login(world.sender.address, world.sender.password)
        yield session


@pytest.fixture
def arrived(world: World) -> Callable[[str, int], list[bytes]]:
    """Messages to an outside address once there are so many, as they came, by subject."""

    def arrived(to: str, count: int) -> list[bytes]:
        found = wait_for(
            lambda: found if len(found := world.outside.messages(to)) >= count else None,
            what=f"{count} messages at the outside MX",
        )
        assert len(found) == count
        return [one.raw for one in sorted(found, key=lambda one: one.subject)]

    return arrived


def letter(world: World, to: str, subject: str, *head: str) -> bytes:
    extra = "".join(f"{line}\r\n" for line in head)
    body = compose(sender=world.sender.address, recipient=to, subject=subject)
    return extra.encode() + body


def send(session: smtplib.SMTP, sender: str, to: str, message: bytes) -> tuple[int, str]:
    """The code and text of the first refusal, or of the reply to the dot."""
    for code, text in (session.mail(sender), session.rcpt(to)):
        if code >= 400:
            session.rset()
            return code, text.decode()
    try:
        code, text = session.data(message)
    except smtplib.SMTPDataError as error:
        return error.smtp_code, str(error.smtp_error, "utf-8")
    return code, text.decode()


def test_nobody_learns_where_it_was_written(
    session: smtplib.SMTP, world: World, arrived: Callable[[str, int], list[bytes]]
) -> None:
    me, to = world.sender.address, world.outside_address(f"privacy{token()}")
    session.ehlo(ODD_HELO)
    head = ("Received: from pc (pc.lan [192.168.7.7])\r\n\tby relay.lan; Sun, 22 Nov 2026 05:00:00 +0000",
            "Bcc: hidden@outside.test", "X-Livery-Auth: v1", "X-Livery-Trace: 1")  # fmt: skip
    assert send(session, me, to, letter(world, to, "privacy", *head))[0] == 250
    (raw,) = arrived(to, 1)
    for secret in (b"192.168.7.7", b"127.0.0.1", b"laptop", b"hidden@", b"X-Livery"):
        assert secret not in raw, secret
    assert raw.count(b"Received: from submission (authenticated)") == 2


def test_each_message_of_a_session_has_its_own_identity(
    session: smtplib.SMTP, world: World, arrived: Callable[[str, int], list[bytes]]
) -> None:
    me, to = world.sender.address, world.outside_address(f"several{token()}")
    local, _, domain = me.partition("@")
    senders = (me, f'"{local}"@{domain}', f"{local}+tag@{domain}", me.upper(), "")
    for number, sender in enumerate(senders):
        session.mail(me)
        session.rset()  # what was begun leaves nothing behind
        assert session.mail(f"ben@{domain}")[0] == 550
        code, text = send(session, sender, to, letter(world, to, f"several {number}"))
        assert (code, text[:5]) == (250, "2.0.0"), (sender, text)
    arrived(to, len(senders))


def test_a_login_cannot_send_as_somebody_else(session: smtplib.SMTP, world: World) -> None:
    me, other, to = world.sender.address, f"ben@{world.domain}", world.outside_address("eve")
    mine = letter(world, to, "mine")
    theirs = compose(sender=other, recipient=to, subject="theirs")
    code, text = send(session, other, to, mine)
    assert (code, text[:5]) == (550, "5.7.1")
    assert "Envelope sender is not yours" in text
    for forged in (theirs, b"From: " + other.encode() + b"\r\n" + mine):
        code, text = send(session, me, to, forged)
        assert (code, text[:5]) == (550, "5.7.1"), text
    assert send(session, f'{me}"@evil.test', to, mine)[0] >= 500


def test_pipelined_messages_and_chunks_arrive_whole(
    session: smtplib.SMTP, world: World, arrived: Callable[[str, int], list[bytes]]
) -> None:
    me, to = world.sender.address, world.outside_address(f"chunks{token()}")
    envelope = f"MAIL FROM:<{me}> BODY=8BITMIME SIZE=1000 RET=HDRS ENVID=q AUTH=<>\r\nRCPT TO:<{to}> NOTIFY=NEVER\r\n"
    bodies = (b".\r\n..\r\n.x\r\n" + b"y" * 5000 + b"\r\n", b"\xc3\xa4\r\nend without a line end")
    for number, body in enumerate(bodies):
        message = letter(world, to, f"chunk {number}") + body
        first, rest = message[:1000], message[1000:]
        session.send(envelope.encode())
        session.send(b"BDAT %d\r\n" % len(first) + first)
        session.send(b"BDAT %d LAST\r\n" % len(rest) + rest)
        assert [session.getreply()[0] for _ in range(4)] == [250] * 4
    # RFC 2920: DATA is the last of a group, the next group begins with the message.
    for number in range(2):
        session.send(envelope.encode() + b"DATA\r\n")
        assert [session.getreply()[0] for _ in range(3)] == [250, 250, 354]
        session.send(letter(world, to, f"pipeline {number}") + b"..\r\n.\r\nNOOP\r\n")
        assert [session.getreply()[0] for _ in range(2)] == [250, 250]
    chunks = arrived(to, 4)
    assert b"\r\n.\r\n..\r\n.x\r\n" in chunks[0]
    assert chunks[0].replace(b"\r\n ", b"").count(b"y" * 5000) == 1
    assert b"\xc3\xa4\r\nend without a line end" in chunks[1]
    assert chunks[2].endswith(b"Good day.\r\n.\r\n")
