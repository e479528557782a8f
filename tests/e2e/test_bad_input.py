"""What must not pass, and what must pass whole, at the doors of a running stack."""

import imaplib
import json
import smtplib
from collections.abc import Iterator

import pytest

from stack.client.endpoints import Endpoints
from stack.client.mailbox import imap_session
from stack.client.smtp import open_session
from stack.client.waiting import wait_for
from stack.client.web import Browser
from stack.demo.steps import Outcome
from stack.demo.world import World, token

#: Ends of data to careless readers; only CR LF . CR LF is one.
ENDS = (b"a\n.\nb", b"a\n.\r\nb", b"a\r\n.\nb", b"a\r\n.\rb", b"a\r.\r\nb", b"a\r\n\0.\r\nb")
HOPS = b"Received: from a by b; Sun, 22 Nov 2026 05:00:00 +0000\r\n" * 110
LONG = b"x" * 5000
TOO_BIG = 1 << 30


@pytest.fixture
def submission(
    endpoints: Endpoints, world: World, told: dict[str, Outcome]
) -> Iterator[smtplib.SMTP]:
    """A session that the owner of a mailbox has logged in to."""
    with open_session(endpoints.service("submission"), helo="laptop.home.test") as session:
        session.login(world.sender.address, world.sender.password)
        yield session


@pytest.fixture
def mx(endpoints: Endpoints, told: dict[str, Outcome]) -> Iterator[smtplib.SMTP]:
    """A stranger's session."""
    with open_session(endpoints.service("smtp_mx")) as session:
        yield session


def is_offered(session: smtplib.SMTP, sender: str, to: str) -> bool:
    """Whether the recipient is taken: as any server, we try again what is put off for a moment."""
    session.rset()
    session.mail(sender)
    code, _ = session.rcpt(to)
    assert code in {250, 450}
    return code == 250


def give(
    session: smtplib.SMTP,
    sender: str,
    to: str,
    body: bytes,
    *,
    subject: str = "",
    head: bytes = b"",
) -> int:
    """The code of the reply to a message that nobody put in order first."""
    wait_for(lambda: is_offered(session, sender, to), what="a recipient that is not put off")
    assert session.docmd("DATA")[0] == 354
    letter = f"From: <{sender}>\r\nTo: <{to}>\r\nSubject: {subject}\r\n\r\n".encode()
    session.send(head + letter + body + b"\r\n.\r\n")
    code, _ = session.getreply()
    # Whatever of it was taken for commands would have been answered first.
    assert session.docmd("NOOP") == (250, b"2.0.0 Ok")
    return code


def smuggling(end: bytes, sender: str, to: str) -> bytes:
    more = f"\r\nMAIL FROM:<{sender}>\r\nRCPT TO:<{to}>\r\nDATA\r\nSubject: more\r\n\r\nevil"
    return end + more.encode()


def test_only_one_sequence_ends_a_message_that_a_client_sends(
    submission: smtplib.SMTP, world: World
) -> None:
    me, to = world.sender.address, world.outside_address("ends")
    for number, end in enumerate(ENDS):
        body = smuggling(end, me, to)
        assert give(submission, me, to, body, subject=f"end {number}") == 250
    give(submission, me, to, LONG, subject="long line")
    arrived = wait_for(
        lambda: found if len(found := world.outside.messages(to)) > len(ENDS) else None,
        what="each message at the outside MX",
    )
    expected = [f"end {number}" for number in range(len(ENDS))]
    assert sorted(one.subject for one in arrived) == [*expected, "long line"]
    for one in arrived:
        assert b"\r\nRCPT TO:" in one.raw or one.subject == "long line"
        assert one.raw.count(b"\r") == one.raw.count(b"\n") == one.raw.count(b"\r\n")
        assert max(map(len, one.raw.split(b"\r\n"))) <= 998
        assert one.is_authentic(world.domain), one.verdict_line


def test_only_one_sequence_ends_a_message_that_a_stranger_sends(
    mx: smtplib.SMTP, world: World, endpoints: Endpoints
) -> None:
    eve, me, mark = world.outside_address("eve"), world.sender, token()
    for end in ENDS:
        body = smuggling(end, eve, me.address)
        assert give(mx, eve, me.address, body, subject=f"end {mark}") == 250
    with imap_session(
        endpoints.service("imaps"), login=me.address, password=me.password
    ) as mailbox:
        wait_for(lambda: kept(mailbox, mark) >= len(ENDS), what="each message in the mailbox")
        assert kept(mailbox, mark) == len(ENDS)


def kept(mailbox: imaplib.IMAP4, mark: str) -> int:
    """How many messages of the mailbox have the mark in their subject."""
    count = 0
    for folder in ("INBOX", "Junk"):
        if mailbox.select(folder, readonly=True)[0] == "OK":
            count += len(mailbox.search(None, "SUBJECT", f'"{mark}"')[1][0].split())
    return count


def test_a_loop_and_a_size_beyond_all_measure_are_refused(
    submission: smtplib.SMTP, mx: smtplib.SMTP, world: World
) -> None:
    me, outside = world.sender.address, world.outside_address("eve")
    assert give(submission, me, outside, b"x", head=HOPS) == 550
    assert give(mx, outside, me, b"x", head=HOPS) == 554
    for session, sender in ((submission, me), (mx, outside)):
        code, text = session.mail(sender, [f"SIZE={TOO_BIG}"])
        assert (code, text[:5]) == (552, b"5.3.4")


@pytest.mark.parametrize(
    ("query", "headers", "status", "code"),
    [
        ("fields=" + "id," * 2000 + "id", {}, 401, "not_authenticated"),
        ("x=" + "a" * 10_000, {}, 414, "request_line_too_long"),
        ("", {"X-Long": "a" * 10_000}, 431, "headers_too_large"),
        ("", {f"X-{n}": "a" for n in range(150)}, 431, "headers_too_large"),
    ],
)
def test_a_request_that_the_application_never_sees_is_refused_like_others(
    endpoints: Endpoints, query: str, headers: dict[str, str], status: int, code: str
) -> None:
    browser, host = Browser(endpoints), f"https://{endpoints.service('https').host}"
    answer = browser.get(f"{host}/api/v1/me?{query}", headers=headers)
    assert (answer.status, answer.headers["Content-Type"]) == (status, "application/problem+json")
    problem = json.loads(answer.body)
    assert (problem["code"], problem["status"]) == (code, status)
    assert problem["request_id"] == answer.headers["X-Request-Id"]
    assert "Retry-After" not in answer.headers
    explained = browser.get(host + problem["type"])
    assert explained.status == 200
    assert explained.headers["Content-Type"] == "text/html; charset=utf-8"
    if status != 401:
        assert browser.get(f"{host}/?{query}", headers=headers).status == status


def test_webmail_has_no_api_and_refuses_as_pages_do(endpoints: Endpoints, world: World) -> None:
    answer = Browser(endpoints).get(f"https://{world.acme.webmail_host}/api/v1/nothing")
    assert (answer.status, answer.headers["Content-Type"]) == (404, "text/plain; charset=utf-8")
