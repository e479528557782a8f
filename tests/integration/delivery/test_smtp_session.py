"""The client against servers that misbehave, each a script of what it says."""

import asyncio
import datetime
import ssl
from dataclasses import replace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from mailcore.delivery.smtp.envelope import ConnectionFailed
from mailcore.delivery.smtp.pool import SessionPool
from mailcore.delivery.smtp.session import Endpoint, Session
from mailcore.delivery.smtp.tls import CLEAR
from mailcore.protocol.smtp_arguments import EnvelopeRecipient
from tests.integration.delivery.scripted import (
    CONTENT,
    ENVELOPE,
    HOST,
    IMPATIENT,
    TIMEOUTS,
    Script,
    Talk,
)


async def _send(script: Talk, envelope=ENVELOPE, *, timeouts=TIMEOUTS, **endpoint: object):
    talks: set[asyncio.Task[None]] = set()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talks.add(asyncio.current_task())
        await script(reader, writer)

    server = await asyncio.start_server(talk, HOST, 0)
    port = server.sockets[0].getsockname()[1]
    place = replace(Endpoint(host="x.test", address=HOST, port=port, helo="out1"), **endpoint)
    session = Session(place, timeouts=timeouts)
    noted: list[str] = []
    try:
        async with asyncio.timeout(120):
            await session.open()
            answers = await session.deliver(envelope, content=CONTENT, before_dot=noted.extend)
    finally:
        server.close()
        session.abandon()
        await asyncio.wait(talks, timeout=60)
        await asyncio.sleep(0.01)
    return answers, noted, session


def send(script: Talk, envelope=ENVELOPE, **how: object):
    return asyncio.run(_send(script, envelope, **how))


@pytest.mark.parametrize("extensions", [("PIPELINING",), ()])
def test_each_recipient_gets_its_own_answer(extensions):
    class Picky(Script):
        async def answer(self, word, reader, writer):
            refuse = "bob" in self.heard[-1]
            self.answers["RCPT"] = "550 5.1.1 no bob" if refuse else "250 ok"
            return await super().answer(word, reader, writer)

    script = Picky(*extensions, dot="250 2.0.0 taken")
    answers, noted, _session = send(script)
    assert (answers["bob@x.test"].verdict, answers["bob@x.test"].enhanced) == ("bounced", "5.1.1")
    assert answers["ann@x.test"].verdict == "delivered"
    assert noted == ["ann@x.test"]
    assert script.content == b"Subject: x\r\n\r\n..dot\r\n.\r\n"


def test_a_line_that_breaks_after_the_final_dot_leaves_a_doubt():
    answers, noted, session = send(Script("PIPELINING"))
    assert answers["bob@x.test"].maybe_delivered
    assert answers["bob@x.test"].verdict == "deferred"
    assert noted == ["bob@x.test", "ann@x.test"]
    assert not session.is_usable


@pytest.mark.parametrize("phrase", ["hello?", "25x", "550-no\r\n250 yes", "250 " + "x" * 5000])
def test_a_server_that_speaks_no_smtp_is_left(phrase):
    with pytest.raises(ConnectionFailed) as failure:
        send(Script("PIPELINING", MAIL=phrase))
    assert failure.value.answer.verdict == "deferred"
    assert not failure.value.answer.maybe_delivered


def test_a_host_that_refuses_to_talk_says_nothing_about_the_recipients():
    with pytest.raises(ConnectionFailed) as failure:
        send(Script(greeting="554 no mail from you"))
    assert failure.value.answer.verdict == "deferred"
    assert failure.value.answer.code == 554


def test_421_ends_the_session_and_defers():
    answers, _, session = send(Script("PIPELINING", RCPT="421 4.3.2 closing", DATA="503 no"))
    assert {answer.code for answer in answers.values()} == {421}
    assert not session.is_usable


def test_a_sender_put_off_says_nothing_about_the_recipients():
    script = Script("PIPELINING", MAIL="452 4.3.1 full", RCPT="503 no", DATA="503 no")
    with pytest.raises(ConnectionFailed) as failure:
        send(script)
    assert (failure.value.answer.phase, failure.value.answer.code) == ("mail", 452)
    assert script.content == b""


@pytest.mark.parametrize(
    ("envelope", "status", "advice"),
    [
        (replace(ENVELOPE, is_smtputf8=True, sender="schön@client.test"), "5.6.7", "ASCII"),
        (replace(ENVELOPE, is_8bit=True), "5.6.3", "quoted-printable"),
    ],
)
def test_what_the_server_cannot_take_comes_back(envelope, status, advice):
    answers, _, _ = send(Script("PIPELINING"), envelope)
    assert {(a.verdict, a.enhanced) for a in answers.values()} == {("bounced", status)}
    assert all(advice in answer.text for answer in answers.values())


def test_a_message_over_the_servers_limit_comes_back():
    answers, _, _ = send(Script("SIZE 10"))
    assert answers["bob@x.test"].enhanced == "5.3.4"


def test_dsn_parameters_go_to_servers_that_know_them():
    asked = replace(
        ENVELOPE,
        ret="HDRS",
        envid="7",
        recipients=[
            EnvelopeRecipient(address="bob@x.test", notify="NEVER", orcpt="rfc822;b@x.test")
        ],
    )
    knows, not_knows = Script("DSN", dot="250 ok"), Script(dot="250 ok")
    send(knows, asked)
    send(not_knows, asked)
    assert "MAIL FROM:<shop@client.test> RET=HDRS ENVID=7" in knows.heard
    assert "RCPT TO:<bob@x.test> NOTIFY=NEVER ORCPT=rfc822;b@x.test" in knows.heard
    assert "RCPT TO:<bob@x.test>" in not_knows.heard


def test_lmtp_answers_each_recipient_after_the_dot():
    answers, _, _ = send(Script("PIPELINING", dot="250 2.0.0 one\r\n452 4.2.2 full"), is_lmtp=True)
    assert answers["bob@x.test"].verdict == "delivered"
    assert (answers["ann@x.test"].verdict, answers["ann@x.test"].code) == ("deferred", 452)


def test_nothing_is_sent_in_the_clear_when_tls_is_offered(tls):
    script = Script("STARTTLS", "PIPELINING", dot="250 ok")
    script.context = tls
    answers, _, _session = send(script)
    assert answers["bob@x.test"].tls.startswith("TLSv1.3")
    assert [line.split()[0] for line in script.heard[:4]] == ["EHLO", "STARTTLS", "EHLO", "MAIL"]


def test_words_said_before_the_handshake_are_not_believed(tls):
    script = Script("STARTTLS", STARTTLS="220 go\r\n250 injected")
    script.context = tls
    with pytest.raises(ConnectionFailed) as failure:
        send(script)
    assert failure.value.answer.phase == "starttls"


def test_a_server_whose_tls_is_broken_still_gets_its_mail():
    async def scene():
        script = Script("STARTTLS", dot="250 ok")
        server = await asyncio.start_server(script, HOST, 0)
        endpoint = Endpoint(
            host="x.test", address=HOST, port=server.sockets[0].getsockname()[1], helo="out1"
        )
        pool = SessionPool(timeouts=TIMEOUTS)

        async def prepare():
            return ENVELOPE, CONTENT

        answers = await pool.deliver(
            site="x",
            endpoints=[endpoint],
            prepare=prepare,
            before_dot=lambda _: None,
            connections=2,
            messages=10,
        )
        await pool.close_idle(older_than=-1)
        server.close()
        return answers

    answers = asyncio.run(scene())
    assert (answers["bob@x.test"].verdict, answers["bob@x.test"].tls) == ("delivered", "")


def test_the_mail_store_gets_many_messages_over_one_session():
    async def scene():
        script = Script("PIPELINING", dot="250 ok\r\n250 ok")
        server = await asyncio.start_server(script, HOST, 0)
        port = server.sockets[0].getsockname()[1]
        endpoint = Endpoint(host="store", address=HOST, port=port, is_lmtp=True, policy=CLEAR)
        pool = SessionPool(timeouts=TIMEOUTS)

        async def prepare():
            return ENVELOPE, CONTENT

        for _ in range(3):
            await pool.deliver(
                site="local",
                endpoints=[endpoint],
                prepare=prepare,
                before_dot=lambda _: None,
                connections=2,
                messages=10,
            )
        await pool.close_idle(older_than=-1)
        server.close()
        return script.heard

    heard = asyncio.run(scene())
    assert sum(line.startswith("MAIL") for line in heard) == 3
    assert sum(line.startswith("LHLO") for line in heard) == 1


def test_a_server_that_never_answers_is_left_in_time():
    async def silent(reader, writer):
        await reader.read()
        writer.close()

    with pytest.raises(ConnectionFailed):
        send(silent, timeouts=IMPATIENT)


@pytest.fixture(scope="module")
def tls(tmp_path_factory):
    """A server's context with a certificate that nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "x.test")])
    start = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + datetime.timedelta(days=3650))
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    pem = serialization.Encoding.PEM
    path.write_bytes(
        certificate.public_bytes(pem)
        + key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context
