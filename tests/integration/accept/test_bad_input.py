"""Bad input at the accept daemon: the right code, nothing lost, nothing twice."""

import email

import pytest

from kernel import keys
from mailcore.delivery import selectors
from mailcore.protocol import dkim
from mailcore.protocol.mail_session import Limits

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def stored(rows):
    """The messages of people as they were stored, and notices about them."""

    def stored(*, notices: bool = False) -> list[bytes]:
        found = rows(
            "SELECT id, submitter, body FROM message JOIN message_body USING (id) ORDER BY id"
        )
        return [
            keys.unseal_record(bytes(row["body"]), context=row["id"].bytes)
            for row in found
            if (row["submitter"] == "") == notices
        ]

    return stored


ENDS = {
    "LF . LF": b"a\n.\nb\r\n",
    "LF . CRLF": b"a\n.\r\nb\r\n",
    "CR . CR": b"a\r.\rb\r\n",
    "CRLF . LF": b"a\r\n.\nb\r\n",
    "CR . CRLF": b"a\r.\r\nb\r\n",
    "CRLF NUL . CRLF": b"a\r\n\0.\r\nb\r\n",
    "a dot for a line": b"a\r\n..\r\nb\r\n",
}


def test_only_one_sequence_ends_a_message(anna, start, letter, stored):
    client = start().connect()
    more = b"MAIL FROM:<anna@client.test>\r\nRCPT TO:<y@outside.test>\r\nDATA\r\n"
    for body in ENDS.values():
        assert client.send(letter() + body + more, "<x@outside.test>")[0][:3] == b"250"
        assert client.command(b"NOOP\r\n").startswith(b"250")
    messages = stored()
    assert len(messages) == len(ENDS)
    for message in messages:
        assert message.endswith(b"b\r\n" + more)
        # Nothing of it is left that another reader could take for a line end.
        assert message.count(b"\n") == message.count(b"\r") == message.count(b"\r\n")
        assert b"\0" not in message


def test_a_line_without_end_takes_no_memory_and_is_put_off(anna, start, letter, stored):
    client = start(limits=Limits(size=100_000)).connect()
    (reply,) = client.send(letter() + b"x" * 5_000_000 + b"\r\n", "<x@outside.test>")
    assert reply.startswith(b"452 4.3.4")
    assert client.send(letter(), "<x@outside.test>")[0].startswith(b"250")
    assert len(stored()) == 1


def test_one_line_of_a_megabyte_is_broken_before_it_is_signed(anna, start, letter, stored, rows):
    line = b"x" * 1_000_000
    assert start().connect().send(letter() + line + b"\r\n", "<x@outside.test>")[0][:3] == b"250"
    (message,) = stored()
    assert max(map(len, message.split(b"\r\n"))) == 998  # RFC 5322 §2.1.1
    body = message.partition(b"\r\n\r\n")[2]
    assert body.count(b"x") == len(line)
    (row,) = rows("SELECT body_hash FROM message")
    assert bytes(row["body_hash"]) == dkim.body_hash(message)


REFUSED = {
    "a loop": (["Received: by x"] * 110, b"550 5.4.6"),
    "a hundred thousand fields": (["X-A: b"] * 100_000, b"552 5.3.4"),
}


@pytest.mark.parametrize(("fields", "start_of_reply"), REFUSED.values(), ids=REFUSED.keys())
def test_what_may_never_go_on_is_refused_in_the_session(
    anna, start, letter, rows, fields, start_of_reply
):
    client = start().connect_as_edge()
    (reply,) = client.send(letter(*fields), "<x@outside.test>", "<ben@client.test>")
    assert reply.startswith(start_of_reply)
    assert rows("SELECT 1 FROM message") == []
    assert client.send(letter(), "<x@outside.test>")[0][:3] == b"250"
    assert selectors.audit_queue()[0].is_sound


ODD = {
    "no header at all but ours": b"\r\nonly a body\r\n",
    "a part that never ends": b'Content-Type: multipart/mixed; boundary="a"\r\n\r\n--a\r\n\r\nx',
    "base64 that is none": b"Content-Transfer-Encoding: base64\r\n\r\n!!!\r\n",
    "two content types": b"Content-Type: a\r\nContent-Type: text/\xff; charset=\r\n\r\nx\r\n",
    "eight bits in the header": b"Subject: gr\xc3\xbc\xdfe\r\nX-\xe4: y\r\n\r\nx\r\n",
    "no end of the header": b"Subject: x",
}


def test_odd_content_passes_and_is_completed(anna, start, letter, stored, rows):
    client, head = start().connect(), letter().partition(b"Subject: Hi\r\n")[0]
    for rest in ODD.values():
        message = head + rest + (b"" if rest.endswith(b"\r\n") else b"\r\n")
        assert client.send(message, "<x@outside.test>", mail=" BODY=8BITMIME")[0][:3] == b"250"
    headers = {row["message_id"]: row["is_8bit"] for row in rows("SELECT * FROM message")}
    kept = {email.message_from_bytes(message)["Message-ID"]: message for message in stored()}
    assert kept.keys() == headers.keys()
    for message_id, message in kept.items():
        assert email.message_from_bytes(message)["Date"]
        assert headers[message_id] is not message.isascii()
    for rest in ODD.values():
        assert (
            sum(rest.rstrip().rpartition(b"\r\n")[2] in message for message in kept.values()) >= 1
        )


def test_ten_thousand_recipients_come_in_portions_and_each_once(anna, start, letter, rows):
    client = start().connect()
    waiting = [f"r{number}@outside.test" for number in range(2500)]
    while waiting:
        assert client.command(b"MAIL FROM:<anna@client.test>\r\n")[:3] == b"250"
        client.socket.sendall(b"".join(f"RCPT TO:<{r}>\r\n".encode() for r in waiting))
        replies = [client.reply() for _ in waiting]
        taken = [r for r, reply in zip(waiting, replies, strict=True) if reply[:3] == b"250"]
        assert {reply[:9] for reply in replies[1000:]} <= {b"452 4.5.3"}
        assert client.command(b"DATA\r\n")[:3] == b"354"
        client.socket.sendall(letter() + b".\r\n")
        assert {client.reply()[:3] for _ in taken} == {b"250"}
        waiting = waiting[len(taken) :]
    (found,) = rows("SELECT count(*) AS n, count(DISTINCT address) AS different FROM recipient")
    assert (found["n"], found["different"]) == (2500, 2500)


def test_the_null_sender_may_write(anna, start, letter, rows):
    message = letter(envelope_from="")
    assert start().connect().send(message, "<x@outside.test>", sender="")[0][:3] == b"250"
    (row,) = rows("SELECT envelope_from, submitter, from_domain FROM message")
    assert tuple(row.values()) == ("", anna, "client.test")
