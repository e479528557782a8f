"""The sink of all contenders: SMTP on many addresses; it counts, takes times, and can be slow or defer.

Run as a process of its own (`python -m stack.bench.delivery.sink ADDRESS COUNT CONTROL_ADDRESS CONTROL_PORT`);
recipients are called `r<number>@…`. The control port answers one line each: count, dump, forget, behave.
"""

import asyncio
import gc
import json
import re
import signal
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import cast
from zlib import crc32

import uvloop

from stack.bench.delivery.places import PORT, addresses_from

_END = b"\r\n.\r\n"
_RECIPIENT = re.compile(rb"RCPT TO:<r(\d+)@", re.IGNORECASE)
_EHLO = b"250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SIZE 52428800\r\n"


@dataclass(slots=True)
class Ledger:
    """What arrived: number → (time of MAIL, time of the final dot, address that it came from).

    Times are CLOCK_MONOTONIC in seconds.
    """

    arrived: dict[int, tuple[float, float, str]] = field(default_factory=dict)
    tried: set[int] = field(default_factory=set)
    copies: int = 0
    deferred: int = 0
    connections: int = 0
    #: Seconds before each reply, and the share of first tries that are put off.
    latency: float = 0.0
    deferrals: float = 0.0

    def forget(self) -> None:
        """Begin to count anew."""
        self.arrived, self.tried = {}, set()
        self.copies = self.deferred = self.connections = 0

    def puts_off(self, number: int) -> bool:
        """Whether this try of a recipient is answered 451: the same recipients for everybody, once each."""
        if not self.deferrals or number in self.tried:
            return False
        self.tried.add(number)
        is_chosen = crc32(str(number).encode()) % 1000 < self.deferrals * 1000
        self.deferred += is_chosen
        return is_chosen

    def take(self, numbers: list[int], *, began: float, source: str) -> None:
        """Note the recipients of one message."""
        now = time.monotonic()
        for number in numbers:
            self.copies += number in self.arrived
            self.arrived.setdefault(number, (began, now, source))


class Session(asyncio.Protocol):
    """One connection of a client."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._buffer = bytearray()
        self._searched = 0
        self._in_content = False
        self._numbers: list[int] = []
        self._began = 0.0
        self._source = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by the loop."""
        self._transport = cast("asyncio.Transport", transport)
        self._source = (transport.get_extra_info("peername") or ("",))[0]
        self._ledger.connections += 1
        self._say(b"220 sink ESMTP\r\n")

    def data_received(self, data: bytes) -> None:
        """Called by the loop."""
        self._buffer += data
        replies = bytearray()
        while (reply := self._step()) is not None:
            replies += reply
        if replies:
            self._say(bytes(replies))

    def _say(self, replies: bytes) -> None:
        if self._ledger.latency:
            asyncio.get_running_loop().call_later(self._ledger.latency, self._write, replies)
        else:
            self._write(replies)

    def _write(self, replies: bytes) -> None:
        self._transport.write(replies)
        if replies.endswith(b"221 bye\r\n"):
            self._transport.close()

    def _step(self) -> bytes | None:
        """The reply to the next command or content in the buffer; None when it is not whole."""
        if self._in_content:
            return self._content()
        end = self._buffer.find(b"\r\n")
        if end < 0:
            return None
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 2]
        return self._command(line)

    def _content(self) -> bytes | None:
        end = self._buffer.find(_END, max(0, self._searched - len(_END)))
        if end < 0:
            self._searched = len(self._buffer)
            return None
        del self._buffer[: end + len(_END)]
        self._in_content, self._searched = False, 0
        self._ledger.take(self._numbers, began=self._began, source=self._source)
        return b"250 2.0.0 counted\r\n"

    def _command(self, line: bytes) -> bytes:
        verb = line[:4].upper()
        if verb == b"MAIL":
            self._numbers, self._began = [], time.monotonic()
            return b"250 2.1.0 ok\r\n"
        if verb == b"RCPT":
            found = _RECIPIENT.match(line)
            if found is None:
                return b"550 5.1.1 not of this bench\r\n"
            number = int(found[1])
            if self._ledger.puts_off(number):
                return b"451 4.7.1 try again later\r\n"
            self._numbers.append(number)
            return b"250 2.1.5 ok\r\n"
        if verb == b"DATA":
            if not self._numbers:
                return b"554 5.5.1 no valid recipients\r\n"
            self._in_content = True
            return b"354 go on\r\n"
        if verb == b"EHLO":
            return _EHLO
        return b"221 bye\r\n" if verb == b"QUIT" else b"250 2.0.0 ok\r\n"


async def _control(
    ledger: Ledger, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    while line := (await reader.readline()).decode().split():
        if line[0] == "forget":
            ledger.forget()
        if line[0] == "behave":
            ledger.latency, ledger.deferrals = float(line[1]), float(line[2])
        told: dict[str, object] = {
            "count": len(ledger.arrived),
            "copies": ledger.copies,
            "deferred": ledger.deferred,
            "connections": ledger.connections,
        }
        if line[0] == "dump":
            told["arrived"] = [(n, *facts) for n, facts in ledger.arrived.items()]
        writer.write(json.dumps(told).encode() + b"\n")
        await writer.drain()
    writer.close()


async def _serve(first: str, count: int, control: tuple[str, int]) -> None:
    ledger = Ledger()
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    for address in addresses_from(first, count):
        await loop.create_server(lambda: Session(ledger), address, PORT, backlog=1024)
    await asyncio.start_server(
        lambda reader, writer: _control(ledger, reader, writer), *control, limit=1 << 16
    )
    await stop.wait()


if __name__ == "__main__":
    gc.freeze()
    gc.disable()  # nothing here makes circles, and a pause would be taken for somebody's latency
    with suppress(KeyboardInterrupt):
        uvloop.run(_serve(sys.argv[1], int(sys.argv[2]), (sys.argv[3], int(sys.argv[4]))))
