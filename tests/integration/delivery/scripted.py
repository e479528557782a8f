"""Servers on loopback that say what their script says."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from typing import Any

from mailcore.delivery.egress_settings import Timeouts
from mailcore.delivery.smtp.envelope import Envelope
from mailcore.delivery.smtp.pool import SessionPool
from mailcore.delivery.smtp.session import Endpoint
from mailcore.protocol.smtp_arguments import EnvelopeRecipient

HOST = "127.77.101.41"
#: A busy machine makes nobody impatient.
TIMEOUTS = Timeouts().scaled(0.2)
#: For servers that never answer.
IMPATIENT = Timeouts().scaled(0.005)
ENVELOPE = Envelope(
    sender="shop@client.test",
    recipients=[EnvelopeRecipient(address="bob@x.test"), EnvelopeRecipient(address="ann@x.test")],
)
CONTENT = b"Subject: x\r\n\r\n.dot\r\n"

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Script:
    """A server that answers each command by its first word, and keeps what it heard."""

    def __init__(self, *extensions: str, **answers: str) -> None:
        self.extensions = extensions
        self.answers = {"RSET": "250 ok", "MAIL": "250 ok", "RCPT": "250 ok", **answers}
        self.heard: list[str] = []
        self.content = b""
        self.context: ssl.SSLContext | None = None

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write((self.answers.get("greeting", "220 hello") + "\r\n").encode())
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while line := (await reader.readline()).decode().strip():
                self.heard.append(line)
                if not await self.answer(line.split()[0].upper(), reader, writer):
                    break
        writer.close()

    async def answer(
        self, word: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        if word in ("EHLO", "HELO", "LHLO"):
            lines = ["x.test", *self.extensions]
            text = [f"250{'-' if n < len(lines) - 1 else ' '}{t}" for n, t in enumerate(lines)]
            writer.write(("\r\n".join(text) + "\r\n").encode())
        elif word == "STARTTLS":
            writer.write((self.answers.get("STARTTLS", "220 go") + "\r\n").encode())
            if self.context is None:
                return False
            await writer.start_tls(self.context)
        elif word == "DATA" and "DATA" not in self.answers:
            writer.write(b"354 go\r\n")
            self.content = await reader.readuntil(b"\r\n.\r\n")
            if "dot" not in self.answers:
                return False
            writer.write((self.answers["dot"] + "\r\n").encode())
        else:
            writer.write((self.answers.get(word, "250 ok") + "\r\n").encode())
        return word != "QUIT"


@contextlib.asynccontextmanager
async def serving(
    *scripts: Talk, timeouts: Timeouts = TIMEOUTS
) -> AsyncIterator[tuple[SessionPool, list[Endpoint]]]:
    """A pool, and endpoints of servers that follow the scripts, each on a port of its own."""
    talks: set[asyncio.Task[None]] = set()

    async def serve(script: Talk) -> asyncio.Server:
        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            talks.add(asyncio.current_task())
            await script(reader, writer)

        return await asyncio.start_server(talk, HOST, 0, limit=1 << 22)

    servers = [await serve(script) for script in scripts]
    ports = [server.sockets[0].getsockname()[1] for server in servers]
    pool = SessionPool(timeouts=timeouts)
    try:
        yield (
            pool,
            [
                Endpoint(host=f"mx{n}.test", address=HOST, port=port, helo="out1")
                for n, port in enumerate(ports)
            ],
        )
    finally:
        await pool.close_idle(older_than=-1)
        for server in servers:
            server.close()
        if talks:
            await asyncio.wait(talks, timeout=60)
        await asyncio.sleep(0.01)


def run(scene: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
    """What the scene returns, within two minutes."""

    async def bounded() -> Any:
        async with asyncio.timeout(120):
            return await scene()

    return asyncio.run(bounded())
