"""What leaves for a server with these extensions, and what its answers mean."""

import asyncio
from dataclasses import replace

import pytest

from mailcore.delivery.smtp.envelope import ConnectionFailed
from mailcore.protocol.smtp_arguments import EnvelopeRecipient
from tests.integration.delivery.scripted import CONTENT, ENVELOPE, Script, run, serving

BOTH = ("PIPELINING", "CHUNKING")


class Chunks(Script):
    """A server that takes BDAT; `heard` has the commands, `content` what came in chunks."""

    async def answer(self, word, reader, writer):
        if word != "BDAT":
            return await super().answer(word, reader, writer)
        self.content += await reader.readexactly(int(self.heard[-1].split()[1]))
        if "BDAT" not in self.answers:
            return False
        writer.write((self.answers["BDAT"] + "\r\n").encode())
        return True


def send(script, envelope=ENVELOPE, *, content=CONTENT, times=1):
    noted = []

    async def scene():
        async def prepare():
            return envelope, content

        async with serving(script) as (pool, endpoints):
            for _ in range(times):
                answers = await pool.deliver(
                    site="x",
                    endpoints=endpoints,
                    prepare=prepare,
                    before_dot=noted.extend,
                    connections=2,
                    messages=10,
                )
            return answers

    answers = run(scene)
    return {address: (a.verdict, a.enhanced) for address, a in answers.items()}, noted


def test_a_small_message_goes_in_one_chunk_undotted():
    script = Chunks(*BOTH, BDAT="250 2.0.0 taken")
    answers, noted = send(script, times=2)
    assert set(answers.values()) == {("delivered", "2.0.0")}
    assert noted == ["bob@x.test", "ann@x.test"] * 2
    assert script.content == CONTENT * 2
    assert [line.split()[0] for line in script.heard[1:5]] == ["MAIL", "RCPT", "RCPT", "BDAT"]
    assert script.heard[4] == f"BDAT {len(CONTENT)} LAST"


def test_a_large_message_waits_until_the_server_takes_a_recipient():
    script = Chunks(*BOTH, RCPT="550 5.1.1 nobody", DATA="503 5.5.1 no")
    content = b"Subject: x\r\n\r\n" + b"a" * 100_000 + b"\r\n"
    answers, noted = send(script, content=content)
    assert set(answers.values()) == {("bounced", "5.1.1")}
    assert (noted, script.content) == ([], b"")


def test_a_large_message_arrives_whole():
    script = Script("PIPELINING", dot="250 2.0.0 taken")
    content = b"Subject: x\r\n\r\n" + b".line\r\n" * 100_000
    answers, _ = send(script, content=content)
    assert set(answers.values()) == {("delivered", "2.0.0")}
    assert script.content == content.replace(b"\r\n.", b"\r\n..") + b".\r\n"


def test_a_refused_recipient_does_not_take_the_chunk_of_the_other():
    class Picky(Chunks):
        async def answer(self, word, reader, writer):
            self.answers["RCPT"] = "551 5.1.6 moved" if "bob" in self.heard[-1] else "251 will do"
            return await super().answer(word, reader, writer)

    answers, _ = send(Picky(*BOTH, BDAT="250 2.0.0 taken"))
    assert answers == {"bob@x.test": ("bounced", "5.1.6"), "ann@x.test": ("delivered", "2.0.0")}


def test_a_chunk_without_an_answer_leaves_a_doubt():
    answers, noted = send(Chunks(*BOTH))
    assert set(answers.values()) == {("deferred", "")}
    assert noted


def test_a_sender_put_off_leaves_no_doubt_about_its_chunk():
    with pytest.raises(ConnectionFailed) as failure:
        send(Chunks(*BOTH, MAIL="451 4.3.0 later", RCPT="503 no", BDAT="503 no"))
    assert (failure.value.answer.code, failure.value.answer.maybe_delivered) == (451, False)


def test_a_session_that_was_idle_is_asked_first(monkeypatch):
    monkeypatch.setattr("mailcore.delivery.smtp.session.FRESH", 0)
    script = Chunks(*BOTH, dot="250 ok")
    answers, _ = send(script)
    assert set(answers.values()) == {("delivered", "")}
    assert "DATA" in script.heard


def test_the_reason_of_a_server_that_leaves_is_kept():
    class Leaving(Script):
        async def answer(self, word, reader, writer):
            await super().answer(word, reader, writer)
            return word != "RCPT"

    answers, _ = send(Leaving("PIPELINING", RCPT="421 4.7.0 too many"))
    assert set(answers.values()) == {("deferred", "4.7.0")}


def test_the_size_is_told():
    script = Script("SIZE 100000", dot="250 ok")
    send(script)
    assert f"MAIL FROM:<shop@client.test> SIZE={len(CONTENT)}" in script.heard


def test_a_domain_has_another_form_where_utf8_is_not_taken():
    envelope = replace(
        ENVELOPE,
        is_smtputf8=True,
        recipients=[
            EnvelopeRecipient(address="bob@bücher.test", orcpt="utf-8;bob@bücher.test"),
            EnvelopeRecipient(address="jürgen@bücher.test"),
        ],
    )
    script = Script("DSN", dot="250 2.0.0 ok")
    answers, _ = send(script, envelope)
    assert answers == {
        "bob@bücher.test": ("delivered", "2.0.0"),
        "jürgen@bücher.test": ("bounced", "5.6.7"),
    }
    assert "RCPT TO:<bob@xn--bcher-kva.test>" in script.heard


def test_an_internationalised_header_has_no_other_form():
    answers, _ = send(
        Script(), replace(ENVELOPE, is_smtputf8=True), content="Subject: ä\r\n\r\nx\r\n".encode()
    )
    assert set(answers.values()) == {("bounced", "5.6.7")}


def test_an_address_that_would_be_two_commands_never_leaves():
    evil = "a@x.test>\r\nRCPT TO:<b@x.test"
    envelope = replace(ENVELOPE, recipients=[EnvelopeRecipient(address=evil)])
    script = Script("PIPELINING", dot="250 ok")
    answers, _ = send(script, envelope)
    assert answers == {evil: ("bounced", "5.1.3")}
    assert not any(line.startswith("MAIL") for line in script.heard)


def test_what_must_not_go_over_an_unproven_line_comes_back():
    answers, _ = send(Script("REQUIRETLS"), replace(ENVELOPE, requires_tls=True))
    assert set(answers.values()) == {("bounced", "5.7.10")}


def test_many_sessions_at_once_mix_nothing_up():
    script = Chunks(*BOTH, BDAT="250 2.0.0 taken")

    async def scene():
        async with serving(script) as (pool, endpoints):

            def one(number):
                async def prepare():
                    address = EnvelopeRecipient(address=f"{number}@x.test")
                    return replace(ENVELOPE, recipients=[address]), CONTENT

                return pool.deliver(
                    site="x",
                    endpoints=endpoints,
                    prepare=prepare,
                    before_dot=lambda _: None,
                    connections=2,
                    messages=10,
                )

            return await asyncio.gather(*(one(number) for number in range(20)))

    answers = run(scene)
    assert [list(found) for found in answers] == [[f"{n}@x.test"] for n in range(20)]
