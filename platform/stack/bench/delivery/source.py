"""The source of all contenders: open sessions that send letters as fast as they are taken, or at a pace."""

import asyncio
import base64
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from stack.bench.delivery.traffic import Letter
from stack.client.endpoints import Service
from stack.client.tls import context_of

SESSIONS = 20
SECONDS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """Where a contender takes mail: by LMTP or SMTP, plain, or with STARTTLS and a login."""

    address: str
    port: int
    is_lmtp: bool = False
    service: Service | None = None
    login: str = ""
    password: str = ""
    #: Header lines that this door wants in front of each message.
    prefix: bytes = b""

    async def open(self) -> "Session":
        """Connect; raises ConnectionError."""
        return await Session.open(self)


@dataclass(slots=True, kw_only=True)
class Sent:
    """number → time of the yes (CLOCK_MONOTONIC); `began` is the first MAIL."""

    began: float = field(default_factory=time.monotonic)
    accepted: dict[int, float] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)

    @property
    def ended(self) -> float:
        """The time of the last yes."""
        return max(self.accepted.values(), default=self.began)


class Way(Protocol):
    """One of several that send at the same time."""

    async def work(self, letters: Iterator[Letter], due: Callable[[], float], sent: Sent) -> None:
        """Send letters until there are no more."""

    async def close(self) -> None:
        """Say goodbye."""


class Entrance(Protocol):
    """Where a contender takes mail."""

    async def open(self) -> Way:
        """Be ready to send; raises ConnectionError."""


async def send(
    door: Entrance,
    letters: Iterator[Letter],
    *,
    sessions: int = SESSIONS,
    rate: float | None = None,
) -> Sent:
    """Send all letters over SESSIONS sessions; with RATE, one every 1/RATE seconds, whoever is free."""
    opened = [await door.open() for _ in range(sessions)]
    sent = Sent()
    due = _pace(sent.began, rate)
    await asyncio.gather(*(session.work(letters, due, sent) for session in opened))
    await asyncio.gather(*(session.close() for session in opened))
    return sent


def _pace(began: float, rate: float | None) -> Callable[[], float]:
    """Return what tells each letter's time in turn; 0 is at once."""
    turn = iter(range(1 << 62))
    return (lambda: 0.0) if rate is None else (lambda: began + next(turn) / rate)


class Session:
    """One connection, greeted and logged in."""

    def __init__(
        self, door: Door, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._door, self._reader, self._writer = door, reader, writer

    @classmethod
    async def open(cls, door: Door) -> "Session":
        """Connect and say all that comes before the first message; raises ConnectionError."""
        reader, writer = await asyncio.open_connection(door.address, door.port)
        session = cls(door, reader, writer)
        await session._good()
        hello = "LHLO" if door.is_lmtp else "EHLO"
        await session._ask(f"{hello} bench.test")
        if door.service is not None:
            await session._ask("STARTTLS")
            await writer.start_tls(context_of(door.service), server_hostname=door.service.sni)
            await session._ask(f"{hello} bench.test")
            words = base64.b64encode(f"\0{door.login}\0{door.password}".encode()).decode()
            await session._ask(f"AUTH PLAIN {words}")
        return session

    async def work(self, letters: Iterator[Letter], due: Callable[[], float], sent: Sent) -> None:
        """Send letters until there are no more."""
        for letter in letters:
            wait = due() - time.monotonic()
            if wait > 0:
                await asyncio.sleep(wait)
            refusal = await self._send(letter)
            if refusal:
                sent.refused.append(refusal)
            else:
                sent.accepted[letter.number] = time.monotonic()

    async def close(self) -> None:
        """Say goodbye."""
        self._writer.write(b"QUIT\r\n")
        await self._reply()
        self._writer.close()

    async def _send(self, letter: Letter) -> str:
        """Nothing when it was taken, else the refusal."""
        commands = f"MAIL FROM:<{letter.sender}>\r\nRCPT TO:<{letter.recipient}>\r\nDATA\r\n"
        self._writer.write(commands.encode())
        replies = [await self._reply() for _ in range(3)]
        if not replies[2].startswith("354"):
            return " / ".join(replies)
        # No line of a letter begins with a dot.
        self._writer.write(self._door.prefix + letter.content + b".\r\n")
        reply = await self._reply()
        return "" if reply.startswith("2") else reply

    async def _ask(self, command: str) -> None:
        self._writer.write(f"{command}\r\n".encode())
        await self._good()

    async def _good(self) -> None:
        reply = await self._reply()
        if not reply.startswith("2"):
            raise ConnectionError(f"{self._door.address}:{self._door.port} says {reply}")

    async def _reply(self) -> str:
        async with asyncio.timeout(SECONDS):
            while True:
                line = (await self._reader.readline()).decode("utf-8", "replace")
                if not line:
                    raise ConnectionError(f"{self._door.address}:{self._door.port} closed")
                if line[3:4] != "-":
                    return line.strip()
