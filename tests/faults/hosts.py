"""Other people's mail hosts, in this process: each behaves as it is told, and remembers who came when."""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Literal, Self

from tests.faults.background import Background

PORT = 25
EHLO = b"250-host\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SIZE 52428800\r\n"
BUSY = b"451 4.7.0 we are too busy\r\n"

#: `silent`: no greeting; `drips`: a byte of it each second; `dumb`: no answer to the final dot;
#: `refuses`: 451 to each recipient. What is held goes on when the mode is `well` again.
Mode = Literal["well", "silent", "drips", "dumb", "refuses"]


@dataclass(slots=True)
class Host:
    """One mail host; times are CLOCK_MONOTONIC in seconds."""

    mode: Mode = "well"
    #: Of each RCPT; of each message that was kept.
    tries: list[float] = field(default_factory=list)
    arrivals: list[float] = field(default_factory=list)
    #: Recipient → copies.
    kept: Counter[str] = field(default_factory=Counter)
    open: int = 0
    most_open: int = 0

    async def is_well(self, *modes: Mode) -> None:
        """Return once the mode is none of these."""
        while self.mode in modes:
            await asyncio.sleep(0.05)


class Hosts:
    """A context manager around a thread that answers on ADDRESSES."""

    def __init__(self, addresses: Sequence[str]) -> None:
        self.by_address = {address: Host() for address in addresses}
        self._servers: list[asyncio.Server] = []

    def __enter__(self) -> Self:
        """Listen."""
        self._background = Background("hosts")
        for address, host in self.by_address.items():
            self._servers.append(self._background.run(_listen(address, host)))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Hang up."""
        self._background.end(self._servers)


async def _listen(address: str, host: Host) -> asyncio.Server:
    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host.open += 1
        host.most_open = max(host.most_open, host.open)
        try:
            await _talk(host, reader, writer)
        except ConnectionError:
            pass  # the caller hung up, which is its right
        finally:
            host.open -= 1
            writer.close()

    return await asyncio.start_server(meet, address, PORT, limit=1 << 20)


async def _talk(host: Host, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await _greet(host, writer)
    recipients: list[str] = []
    while line := await reader.readline():
        verb = line[:4].upper()
        if verb == b"DATA" and recipients:
            writer.write(b"354 go on\r\n")
            await _content(host, reader, recipients)
            writer.write(b"250 2.0.0 kept\r\n")
            recipients = []
        else:
            writer.write(_answer(host, verb, line, recipients))
        if verb == b"QUIT":
            return


async def _greet(host: Host, writer: asyncio.StreamWriter) -> None:
    await host.is_well("silent")
    for byte in b"220-we speak slowly\r\n" * 20 if host.mode == "drips" else b"":
        writer.write(bytes((byte,)))
        await asyncio.sleep(1 if host.mode == "drips" else 0)
    writer.write(b"220 host\r\n")


async def _content(host: Host, reader: asyncio.StreamReader, recipients: list[str]) -> None:
    while await reader.readline() not in (b".\r\n", b""):
        pass
    host.kept.update(recipients)
    host.arrivals += [time.monotonic()] * len(recipients)
    await host.is_well("dumb")


def _answer(host: Host, verb: bytes, line: bytes, recipients: list[str]) -> bytes:
    if verb == b"EHLO":
        return EHLO
    if verb == b"RCPT":
        host.tries.append(time.monotonic())
        if host.mode == "refuses":
            return BUSY
        recipients.append(line.partition(b"<")[2].partition(b">")[0].decode())
    elif verb in (b"MAIL", b"RSET"):
        recipients.clear()
    elif verb == b"DATA":
        return b"554 5.5.1 nobody to give it to\r\n"
    return b"221 bye\r\n" if verb == b"QUIT" else b"250 2.0.0 ok\r\n"
