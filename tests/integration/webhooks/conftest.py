"""A receiver on loopback, and a sender on the test database."""

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from kernel import clock
from tenants.webhooks.sender.loop import Sender
from tenants.webhooks.sender.posting import Poster
from tenants.webhooks.sender.store import Store

RECEIVER = "127.77.101.60"


@dataclass
class Receiver:
    """Somebody's server: keeps what it is told by path, and answers as it was told to."""

    port: int = 0
    heard: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    answers: dict[str, list[tuple[int, dict[str, str]]]] = field(default_factory=dict)
    hold: dict[str, threading.Event] = field(default_factory=dict)

    def url(self, path: str) -> str:
        return f"http://{RECEIVER}:{self.port}{path}"

    def at(self, path: str) -> list[dict[str, object]]:
        return [json.loads(body) for place, _, body in self.heard if place == path]

    def answer(self, path: str) -> tuple[int, dict[str, str]]:
        if path in self.hold:
            self.hold[path].wait(60)
        told = self.answers.get(path, [(200, {})])
        return told.pop(0) if len(told) > 1 else told[0]


class Server(ThreadingHTTPServer):
    """Takes many connections at once."""

    request_queue_size = 128
    daemon_threads = True


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A web server of somebody else."""
    kept = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            kept.heard.append((self.path, dict(self.headers), body))
            status, headers = kept.answer(self.path)
            self.send_response(status)
            for name, value in {"Content-Length": "5", **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(b"hello")

        def log_message(self, *_: object) -> None:
            return

    server = Server((RECEIVER, 0), Handler)
    kept.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield kept
    for event in kept.hold.values():
        event.set()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def send(settings) -> Callable[..., None]:
    """Send what is due, `later` than now; returns when nothing is due and nothing under way."""
    settings.ALLOW_PRIVATE_TARGETS = True

    def send(*, later: timedelta = timedelta(0)) -> None:
        async def addresses(host: str) -> list[str]:
            raise AssertionError(f"{host} was looked up")

        async def run() -> None:
            poster = Poster(addresses, allow_private=True, seconds=60)
            async with Store() as store:
                now = lambda: clock.now() + later  # noqa: E731
                await Sender(store, poster=poster, scale=1.0, now=now).drain()

        asyncio.run(run())

    return send
