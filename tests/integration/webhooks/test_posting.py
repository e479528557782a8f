"""One POST to receivers that behave, and to others."""

import asyncio
import datetime
import ssl

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tenants.webhooks.sender import lookup
from tenants.webhooks.sender.posting import Poster

RECEIVER = "127.77.101.61"
NAME = "hooks.example.test"
BODY = '{"type":"webhook.test","data":{"name":"Zoë"}}'


async def _nowhere(host):
    raise lookup.LookupFailed(f"DNS gave no answer about {host}")


async def _home(_):
    return [RECEIVER]


def _posted(answer, *, path="/in", seconds=30.0, context=None, authorities="", name=""):
    """What came of a request, and what the server read; `answer` is bytes, or writes them itself."""
    heard = []

    async def handle(reader, writer):
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            size = int(head.lower().split("content-length: ")[1].split("\r")[0])
            heard.append((head, (await reader.readexactly(size)).decode()))
            if isinstance(answer, bytes):
                writer.write(answer)
                await writer.drain()
            else:
                await answer(writer)
        except (OSError, EOFError):
            return
        finally:
            writer.close()

    async def scene():
        server = await asyncio.start_server(handle, RECEIVER, 0, ssl=context)
        async with server:
            port = server.sockets[0].getsockname()[1]
            host = name or RECEIVER
            scheme = "https" if context else "http"
            poster = Poster(
                _home if name else _nowhere, allow_private=True, authorities=authorities,
                seconds=seconds,
            )  # fmt: skip
            url = f"{scheme}://{host}:{port}{path}"
            return await poster.post(url, body=BODY, headers={"webhook-id": "evt_1"})

    return asyncio.run(scene()), heard


def test_what_a_receiver_reads():
    answer, [(head, body)] = _posted(b"HTTP/1.1 204 No Content\r\n\r\n", path="/in/a%20b?x=ä&y=1")
    assert (answer.status, answer.is_heard, answer.error) == (204, True, "")
    lines = head.split("\r\n")
    assert lines[0] == "POST /in/a%20b?x=%C3%A4&y=1 HTTP/1.1"
    assert lines[1].startswith(f"Host: {RECEIVER}:")
    assert {"webhook-id: evt_1", "Content-Type: application/json", "Connection: close"} <= set(
        lines
    )
    assert body == BODY


@pytest.mark.parametrize(
    ("answer", "status", "error", "text"),
    [
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nA: b\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
         200, "", ""),
        (b"HTTP/1.0 500\r\n\r\nout of\r\nmemory\0", 500, "answered 500", "out of  memory"),
        (b"HTTP/1.1 400 Bad\r\nTransfer-Encoding: chunked\r\n\r\n4\r\noops\r\n0\r\n\r\n",
         400, "answered 400", "oops"),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n\x1f\x8b" + bytes(9000), 200, "", ""),
        (b"HTTP/1.1 307 Go\r\nLocation: http://127.0.0.1/\r\n\r\n", 307,
         "answered 307: redirections are not followed", ""),
        (b"", None, "the connection broke: RemoteProtocolError", ""),
        (b"HTTP/1.1 20", None, "the connection broke: RemoteProtocolError", ""),
        (b"220 mail.example ESMTP\r\n\r\n", None,
         "the connection broke: RemoteProtocolError", ""),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 90_000 + b"\r\n", None,
         "the connection broke: RemoteProtocolError", ""),
    ],
)  # fmt: skip
def test_what_is_understood(answer, status, error, text):
    found, _ = _posted(answer)
    assert (found.status, found.error, found.text) == (status, error, text)


def test_a_refusal_without_end_is_read_as_far_as_we_like():
    async def flood(writer):
        writer.write(b"HTTP/1.1 500 No\r\nRetry-After: 120\r\n\r\n")
        while True:
            writer.write(b"x" * 65_536)
            await writer.drain()

    found, _ = _posted(flood)
    assert (found.status, found.text) == (500, "x" * 300)
    assert found.wish == datetime.timedelta(minutes=2)


def test_a_receiver_that_drips_is_left_in_time():
    async def drip(writer):
        while True:
            writer.write(b"HTTP/1.1 200 OK\r\n"[:1])
            await writer.drain()
            await asyncio.sleep(0.02)

    found, _ = _posted(drip, seconds=0.5)
    assert (found.status, found.error) == (None, "no answer within 0.5 seconds")


def test_nobody_there():
    async def scene():
        poster = Poster(_nowhere, allow_private=True)
        closed = await poster.post(f"http://{RECEIVER}:9/", body=BODY, headers={})
        unknown = await poster.post("https://nobody.test/", body=BODY, headers={})
        return closed.error, unknown.error

    assert asyncio.run(scene()) == (
        "no connection",
        "DNS gave no answer about nobody.test",
    )


def _certificate(tmp_path):
    """A context for a server called NAME, and the PEM file that trusts it."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.datetime.now(datetime.UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM)
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (tmp_path / "both.pem").write_bytes(pem + secret)
    (tmp_path / "ca.pem").write_bytes(pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "both.pem")
    seen = []
    context.sni_callback = lambda _socket, asked, _context: seen.append(asked)
    return context, str(tmp_path / "ca.pem"), seen


def test_over_tls_the_name_is_asked_for_and_has_to_be_proven(tmp_path):
    context, trusted, seen = _certificate(tmp_path)
    ok = b"HTTP/1.1 200 OK\r\n\r\n"
    found, [(head, _)] = _posted(ok, context=context, authorities=trusted, name=NAME)
    assert found.is_heard
    assert f"Host: {NAME}:" in head
    assert seen == [NAME]
    found, heard = _posted(ok, context=context, authorities=trusted, name="other.example.test")
    assert found.error.startswith("the certificate is not good: Hostname mismatch")
    assert heard == [], "nothing is told to whom cannot prove its name"
    found, heard = _posted(ok, context=context, name=NAME)
    assert (found.status, heard) == (None, [])
