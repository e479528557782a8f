"""The outside MX over real SMTP: it stores, misbehaves on demand, and its control API says what happened."""

import asyncio
import smtplib
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from stack.client.compose import compose
from stack.client.endpoints import Endpoints, Service
from stack.client.smtp import Reply, open_session, transfer
from stack.outside.behaviours import Behaviours
from stack.outside.certificate import server_context
from stack.outside.client import OutsideClient, OutsideError
from stack.outside.control import Desk, control_server
from stack.outside.identity import Identity
from stack.outside.records import DmarcVerdict, Verdicts
from stack.outside.registrar import Registrar
from stack.outside.server import Hall, serve
from stack.outside.store import Store

MESSAGE = compose(sender="ann@a.test", recipient="bob@outside.test", subject="hello")


class NoVerifier:
    """Judges without DNS."""

    def verify(self, **_given: object) -> Verdicts:
        none = DmarcVerdict(result="none", policy=None, aligned_spf=False, aligned_dkim=False)
        return Verdicts(spf="none", dkim=(), dmarc=none)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    service: Service
    client: OutsideClient

    def send(self, recipient: str = "bob@outside.test", sender: str = "ann@a.test") -> Reply:
        with open_session(self.service) as session:
            return transfer(session, sender=sender, recipient=recipient, message=MESSAGE)


@pytest.fixture(scope="module")
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    """An event loop on a thread of its own, as the outside world runs it."""
    running = asyncio.new_event_loop()
    thread = threading.Thread(target=running.run_forever)
    thread.start()
    yield running
    running.call_soon_threadsafe(running.stop)
    thread.join()
    running.close()


@pytest.fixture
def world(tmp_path: Path, loop: asyncio.AbstractEventLoop) -> Iterator[World]:
    port, control_port = free_port(), free_port()
    store, behaviours = Store(tmp_path / "messages"), Behaviours()
    identity = Identity(domain="outside.test", key_file=tmp_path / "dkim.pem")
    raw = {
        "outside": {"domain": "outside.test", "client_address": "127.0.0.1"},
        "urls": {"outside_control": f"http://127.0.0.1:{control_port}"},
    }
    desk = Desk(
        store=store,
        behaviours=behaviours,
        registrar=Registrar((None, None), parent=None),  # type: ignore[arg-type]
        identity=identity,
    )
    with ThreadPoolExecutor(1) as executor:
        hall = Hall(
            domain="outside.test",
            store=store,
            behaviours=behaviours,
            verifier=NoVerifier(),  # type: ignore[arg-type]
            executor=executor,
        )
        context = server_context(Endpoints(raw), hostname="mx.outside.test", folder=tmp_path)
        started = serve(
            hall, address="127.0.0.1", port=port, hostname="mx.outside.test", tls_context=context
        )
        server = asyncio.run_coroutine_threadsafe(started, loop).result()
        control = control_server(desk, address="127.0.0.1", port=control_port)
        thread = threading.Thread(target=control.serve_forever)
        thread.start()
        yield World(
            service=Service(
                key="outside_mx",
                host="mx.outside.test",
                address="127.0.0.1",
                port=port,
                tls="starttls",
                sni="mx.outside.test",
                ca_file=str(tmp_path / "server.pem"),
            ),
            client=OutsideClient(Endpoints(raw)),
        )
        control.shutdown()
        control.server_close()
        thread.join()
        loop.call_soon_threadsafe(server.close)


def test_a_message_is_stored_byte_for_byte_over_tls(world: World) -> None:
    assert world.send().ok
    arrived = world.client.wait_message("bob@outside.test", subject="hello")
    assert arrived.raw == MESSAGE
    assert arrived.facts["tls"] is True
    assert arrived.facts["sender"] == "ann@a.test"


def test_the_null_sender_is_taken(world: World) -> None:
    assert world.send(sender="").ok
    assert world.client.wait_message("bob@outside.test", subject="hello").facts["sender"] == ""


def test_it_relays_for_nobody(world: World) -> None:
    reply = world.send("bob@elsewhere.test")
    assert (reply.phase, reply.code) == ("rcpt", 550)


@pytest.mark.parametrize("phase", ["mail", "rcpt", "data", "dot"])
def test_it_answers_as_told_and_then_well_again(world: World, phase: str) -> None:
    recipient = "*" if phase == "mail" else "bob@outside.test"
    world.client.misbehave(recipient, phase=phase, reply="451 4.3.0 later", times=1)
    first = world.send()
    assert (first.phase, first.code) == (phase, 451)
    assert world.send().ok
    answers = [one["reply"] for one in world.client.attempts("bob@outside.test")]
    assert answers[-2:] == ["250 2.1.5 recipient ok", "250 2.0.0 stored as 1"]


def test_it_refuses_at_the_greeting_as_told(world: World) -> None:
    world.client.misbehave("*", phase="connect", reply="421 4.7.0 busy", times=1)
    with pytest.raises(ConnectionError, match="421"):
        world.send()
    assert world.send().ok


def test_it_drops_the_line_as_told(world: World) -> None:
    world.client.misbehave("bob@outside.test", phase="dot", drop=True, times=1)
    with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)):
        world.send()
    assert world.client.messages("bob@outside.test") == []
    assert world.client.attempts("bob@outside.test")[-1]["reply"] == "(line dropped)"
    assert world.send().ok


def test_nonsense_is_answered_with_its_reason(world: World) -> None:
    with pytest.raises(OutsideError, match="phase is one of"):
        world.client.misbehave("*", phase="never")
    with pytest.raises(OutsideError, match=r"only direct children of test\."):
        world.client.buy_zone("a.b.test")
    with pytest.raises(OutsideError, match="not for sale"):
        world.client.buy_zone("infra.test")


def test_its_own_mail_is_signed_for_its_domain(world: World) -> None:
    signed = world.client.sign(MESSAGE)
    assert signed.endswith(MESSAGE)
    assert b"d=outside.test" in signed
