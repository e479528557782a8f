"""The accept daemon on the test database, and somebody who speaks LMTP or ESMTP to it."""

import asyncio
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from django.conf import settings

from kernel import crypto, ids
from mailcore.delivery.daemons import accept
from mailcore.directory.models import MailboxLogin, Route
from mailcore.protocol import identity
from tests.waiting import PATIENCE

ANNA = "anna@client.test"
ADDRESS = "127.77.101.15"


class Client:
    """A client that reads one reply per line and assumes nothing."""

    def __init__(self, port: int, *, hello: str = "LHLO") -> None:
        self.socket = socket.create_connection((ADDRESS, port), timeout=PATIENCE)
        self.file = self.socket.makefile("rb")
        self.reply()
        self.command(f"{hello} test\r\n".encode())
        self._answers_each = hello == "LHLO"

    def close(self) -> None:
        self.file.close()
        self.socket.close()

    def reply(self) -> bytes:
        while True:
            line = self.file.readline()
            if line[3:4] != b"-":
                return line.strip()

    def command(self, data: bytes) -> bytes:
        self.socket.sendall(data)
        return self.reply()

    def send(
        self, message: bytes, *recipients: str, sender: str = ANNA, mail: str = ""
    ) -> list[bytes]:
        """The replies after the dot."""
        assert self.command(f"MAIL FROM:<{sender}>{mail}\r\n".encode())[:3] == b"250"
        for recipient in recipients:
            assert self.command(f"RCPT TO:{recipient}\r\n".encode())[:3] == b"250"
        assert self.command(b"DATA\r\n")[:3] == b"354"
        self.socket.sendall(message + b".\r\n")
        return [self.reply() for _ in (recipients if self._answers_each else recipients[:1])]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((ADDRESS, 0))
        return probe.getsockname()[1]


def wait_for(port: int) -> None:
    for _ in range(PATIENCE * 20):
        try:
            socket.create_connection((ADDRESS, port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("the daemon does not listen")


def configuration(ports: tuple[int, int, int], **changes: object) -> accept.Configuration:
    lmtp, esmtp, policy = ports
    given = {
        "lmtp": (ADDRESS, lmtp),
        "esmtp": (ADDRESS, esmtp),
        "policy": (ADDRESS, policy),
        "host": "smtp.infra.test",
        "infra_domain": "infra.test",
        "dsn": settings.DSN("delivery"),
        "redis_url": settings.REDIS_URL,
        "node": settings.EGRESS_NODE,
        "identity_key": Path(settings.IDENTITY_KEY_FILE).read_bytes(),
        "master_key": crypto.master_key(Path(settings.MASTER_KEY_FILE)),
    }
    return accept.Configuration(**{**given, **changes})


class Daemon:
    """The daemon on a thread of its own."""

    def __init__(self, **changes: object) -> None:
        self.ports = self.port, self.esmtp, self.policy = free_port(), free_port(), free_port()
        self._changes = changes
        self._clients: list[Client] = []
        self._ready = threading.Event()
        self.thread = threading.Thread(target=lambda: asyncio.run(self._main()))
        self.thread.start()
        assert self._ready.wait(PATIENCE)
        for port in self.ports:
            wait_for(port)

    def connect(self) -> Client:
        self._clients.append(Client(self.port))
        return self._clients[-1]

    def connect_as_edge(self) -> Client:
        """As Postfix does for its client."""
        self._clients.append(Client(self.esmtp, hello="EHLO"))
        return self._clients[-1]

    def ask(self, *, sender: str, login: str) -> str:
        """What the sender policy answers at MAIL."""
        lines = (
            "request=smtpd_access_policy",
            "protocol_state=MAIL",
            f"sender={sender}",
            f"sasl_username={login}",
        )
        with socket.create_connection((ADDRESS, self.policy), timeout=PATIENCE) as asked:
            asked.sendall("".join(f"{line}\n" for line in lines).encode() + b"\n")
            with asked.makefile("rb") as answer:
                return answer.readline().decode().strip()

    def close(self) -> None:
        """Hang up every client, then end."""
        for client in self._clients:
            client.close()
        self.stop()
        self.thread.join(PATIENCE)
        assert not self.thread.is_alive()

    def stop(self) -> None:
        """Tell it to end, as SIGTERM does."""
        if self.thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)

    async def _main(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        self._ready.set()
        await accept.serve(configuration(self.ports, **self._changes), stop=self._stop)


@pytest.fixture
def start() -> Iterator[Callable[..., Daemon]]:
    """Start a daemon with changes to its configuration."""
    running: list[Daemon] = []

    def start(**changes: object) -> Daemon:
        running.append(Daemon(**changes))
        return running[-1]

    yield start
    for daemon in running:
        daemon.close()


@pytest.fixture
def process() -> Iterator[Callable[[], tuple[subprocess.Popen[bytes], Client]]]:
    """The daemon as a process of its own, to be killed."""
    started: list[tuple[subprocess.Popen[bytes], Client]] = []

    def process() -> tuple[subprocess.Popen[bytes], Client]:
        port = free_port()
        environment = {
            **os.environ,
            "LIVERY_DATABASE_NAME": str(settings.DATABASES["default"]["NAME"]),
            "LIVERY_DATABASE_ROLE": "delivery",
            "LIVERY_ACCEPT_LISTEN": f"{ADDRESS}:{port}",
            "LIVERY_ACCEPT_ESMTP_LISTEN": f"{ADDRESS}:{free_port()}",
            "LIVERY_SENDER_POLICY_LISTEN": f"{ADDRESS}:{free_port()}",
            "DJANGO_SETTINGS_MODULE": "controlplane.settings",
            "PYTHONPATH": f"{settings.BASE_DIR}:{settings.BASE_DIR / 'platform'}",
        }
        command = [sys.executable, "manage.py", "accept_daemon"]
        daemon = subprocess.Popen(command, env=environment, cwd=settings.BASE_DIR)
        try:
            wait_for(port)
        except AssertionError:
            daemon.kill()
            daemon.wait()
            raise
        started.append((daemon, Client(port)))
        return started[-1]

    yield process
    for daemon, client in started:
        client.close()
        daemon.kill()
        daemon.wait()


@pytest.fixture
def anna(transactional_db: None, acme: object) -> str:
    """A mailbox of Acme's client, with its verified domain."""
    owner = {
        "reseller_id": acme.reseller.public_id,
        "organisation_id": acme.organisation.public_id,
        "domain": "client.test",
    }
    Route.objects.create(public_id=ids.uuid7(), is_held=True, is_verified=True, **owner)
    MailboxLogin.objects.create(
        public_id=ids.uuid7(), address=ANNA, password="x", home="x", **owner
    )
    return ANNA


Letter = Callable[..., bytes]


@pytest.fixture
def letter() -> Letter:
    """A message as Postfix hands it on."""

    def letter(
        *extra: str, sender: str = ANNA, envelope_from: str = ANNA, key: bytes | None = None
    ) -> bytes:
        value = identity.vouch(
            key=key or Path(settings.IDENTITY_KEY_FILE).read_bytes(),
            login=ANNA,
            envelope_from=envelope_from,
            at=int(time.time()),
            nonce=os.urandom(8),
        )
        fields = [f"{identity.HEADER}: {value}", f"From: Anna <{sender}>", *extra, "Subject: Hi"]
        return "".join(f"{field}\r\n" for field in fields).encode() + b"\r\nBody\r\n"

    return letter


@pytest.fixture
def rows() -> Iterator[Callable[[str], list[dict[str, object]]]]:
    """Read as role delivery."""
    with psycopg.connect(
        settings.DSN("delivery"), autocommit=True, row_factory=psycopg.rows.dict_row
    ) as connection:
        yield lambda query: connection.execute(query).fetchall()
