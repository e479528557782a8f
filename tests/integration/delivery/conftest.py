"""A delivery loop on the test database, and a server on loopback that it delivers to."""

import asyncio
import socket
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.conf import settings

from kernel import keys
from mailcore.delivery import services
from mailcore.delivery.accept.submission import Recipient, Stream, Submission
from mailcore.delivery.egress_settings import EgressSettings, read_settings
from mailcore.delivery.engine import process
from mailcore.delivery.resolver import Target
from mailcore.directory import services as directory
from mailcore.directory.states import KeyState
from mailcore.protocol import dkim_keys
from tests.waiting import PATIENCE

SINK = "127.77.101.40"
SOURCE = "127.77.101.30"


@dataclass
class Sink:
    """Another party's server: keeps what it takes, and answers as it is told."""

    port: int = 0
    received: list[tuple[str, str, bytes]] = field(default_factory=list)
    sessions: set[int] = field(default_factory=set)
    replies: dict[str, list[str]] = field(default_factory=dict)
    hold: threading.Event | None = None
    reached_dot: threading.Event = field(default_factory=threading.Event)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        told = self.replies.get(address)
        if told:
            return told.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        self.sessions.add(id(session))
        sender = envelope.mail_from or ""
        self.received += [(address, sender, envelope.content) for address in envelope.rcpt_tos]
        self.reached_dot.set()
        if self.hold is not None:
            await asyncio.get_running_loop().run_in_executor(None, self.hold.wait, PATIENCE)
        return "250 2.0.0 stored"

    def copies(self, address: str) -> list[bytes]:
        return [content for recipient, _, content in self.received if recipient == address]


class MailStore(Controller):
    """A Dovecot, as far as LMTP for one recipient goes."""

    def factory(self) -> LMTP:
        return LMTP(self.handler, hostname="store", enable_SMTPUTF8=True)


def _serve(kind: type[Controller], handler: Sink) -> Controller:
    with socket.socket() as free:
        free.bind((SINK, 0))
        handler.port = free.getsockname()[1]
    controller = kind(handler, hostname=SINK, port=handler.port, ready_timeout=PATIENCE)
    controller.start()
    return controller


@pytest.fixture
def sink() -> Iterator[Sink]:
    """A mail server of somebody else."""
    handler = Sink()
    controller = _serve(Controller, handler)
    yield handler
    if handler.hold:
        handler.hold.set()
    controller.stop()


@pytest.fixture
def mail_store() -> Iterator[Sink]:
    """Where hosted mailboxes are."""
    handler = Sink()
    controller = _serve(MailStore, handler)
    yield handler
    controller.stop()


class EverybodyAtTheSink:
    """A resolver that sends every domain to the sink."""

    async def targets(self, domain: str) -> list[Target]:
        return [Target(host=f"mx.{domain}", address=SINK)]


class Loop:
    """The delivery loop on a thread of its own, as in a worker."""

    def __init__(self, configured: EgressSettings) -> None:
        self.settings = configured
        self.ended: Future[None] = Future()
        self._thread: threading.Thread | None = None
        self._stop: Callable[[], object] = int

    def start(self, **changes: object) -> None:
        configured = replace(self.settings, **changes)
        started, self.ended = threading.Event(), Future()

        async def main() -> None:
            loop, stop = asyncio.get_running_loop(), asyncio.Event()
            self._stop = lambda: loop.call_soon_threadsafe(stop.set)
            started.set()
            await process.run(configured, stop=stop, resolver=EverybodyAtTheSink())

        self._thread = threading.Thread(target=_run_into, args=(self.ended, main()))
        self._thread.start()
        assert started.wait(PATIENCE)

    def stop(self) -> None:
        """Drain and end; raises what the loop raised."""
        if self._thread is not None:
            if not self.ended.done():
                self._stop()
            self._thread.join(PATIENCE)
            self.ended.result(0)


def _run_into(ended: Future[None], main: Coroutine[object, object, None]) -> None:
    try:
        ended.set_result(asyncio.run(main))
    except Exception as error:  # noqa: BLE001 - shown by stop()
        ended.set_exception(error)


@pytest.fixture
def loop(tmp_path: Path, sink: Sink, mail_store: Sink, transactional_db: None) -> Iterator[Loop]:
    """Not started yet."""
    configured = replace(
        read_settings(node=settings.EGRESS_NODE),
        sources={SOURCE: "out1.infra.test"},
        journal=tmp_path,
        smtp_port=sink.port,
        dovecot_lmtp=(SINK, mail_store.port),
        delay_scale=0.002,
        drain=5,
        heartbeat=0.5,
        sweep=0.5,
    )
    running = Loop(configured)
    yield running
    running.stop()


@pytest.fixture
def database() -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """A connection as role delivery, which sees every reseller's mail."""
    with psycopg.connect(settings.DSN("delivery"), autocommit=True) as connection:
        yield connection


Submit = Callable[..., UUID]


@pytest.fixture
def submit(acme: object) -> Submit:
    """Accept a message from shop@client.test, a hosted domain of Acme with both keys."""
    reseller_id = acme.reseller.public_id
    domain = "client.test"
    from kernel import ids

    directory.claim_domain(
        public_id=ids.uuid7(), domain=domain, organisation_id=acme.organisation.public_id
    )
    directory.set_routed(domain, is_verified=True)
    pairs = {name[:3]: dkim_keys.make(name) for name in (dkim_keys.RSA, dkim_keys.ED25519)}
    directory.add_signing_keys(domain, pairs, state=KeyState.ACTIVE)

    def submit(
        *addresses: str, stream: Stream = Stream.MAILBOX, notify: str | None = None, **more: object
    ) -> UUID:
        to = ", ".join(addresses)
        message = (
            f"From: Shop <shop@client.test>\r\nTo: {to}\r\nSubject: Hello\r\n"
            "Date: Sun, 22 Nov 2026 05:00:00 +0000\r\nMessage-ID: <1@client.test>\r\n\r\n"
            "Dear all,\r\n.a line that begins with a dot\r\n"
        ).encode()
        submission = Submission(
            stream=stream,
            envelope_from=more.pop("envelope_from", "shop@client.test"),
            from_domain=domain,
            recipients=tuple(Recipient(address=a, notify=notify) for a in addresses),
            message=message,
            submitter="shop@client.test",
            **more,
        )
        return services.accept_message(
            submission,
            reseller_id=reseller_id,
            organisation_id=acme.organisation.public_id,
        )

    assert keys.current_key(reseller_id)
    return submit
