"""Questions to one resolver over one socket, for those who ask much."""

import asyncio
import secrets
from dataclasses import dataclass
from typing import cast

import dns.exception
import dns.flags
import dns.message
import dns.name

from mailcore.protocol import dns_question

#: Seconds until an answer is given up: then somebody more patient asks.
PATIENCE = 2.0
#: Questions that wait at once, far below the number of numbers.
MOST = 10_000

Answer = dns.message.Message | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    question: bytes
    answer: asyncio.Future[Answer]


class Questions(asyncio.DatagramProtocol):
    """Asks over a trusted path: an answer is known by its number and the question in it."""

    def __init__(self, server: tuple[str, int]) -> None:
        self._server = server
        self._transport: asyncio.DatagramTransport | None = None
        self._opening = asyncio.Lock()
        self._asked: dict[int, _Asked] = {}

    async def ask(self, name: dns.name.Name, kind: str) -> Answer:
        """The answer; None when there was none in time, or only a part of one."""
        transport, number = await self._open(), secrets.randbelow(1 << 16)
        if transport is None or number in self._asked or len(self._asked) >= MOST:
            return None
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        asked = _Asked(question=dns_question.question(name, kind), answer=answer)
        self._asked[number] = asked
        try:
            transport.sendto(dns_question.packet(number, asked.question))
            async with asyncio.timeout(PATIENCE):
                return await answer
        except (TimeoutError, OSError):
            return None
        finally:
            del self._asked[number]

    def close(self) -> None:
        """Close the socket; the next question opens another."""
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by the loop."""
        self._transport = cast("asyncio.DatagramTransport", transport)

    def connection_lost(self, _exc: Exception | None) -> None:
        """Called by the loop."""
        self._transport = None
        self._give_up()

    def error_received(self, _exc: Exception) -> None:
        """Called by the loop: nobody is there."""
        self._give_up()

    def datagram_received(self, data: bytes, _addr: tuple[str, int]) -> None:
        """Called by the loop."""
        asked = self._asked.get(dns_question.number_of(data))
        if asked is None or asked.answer.done() or not dns_question.repeats(data, asked.question):
            return
        try:
            message = dns.message.from_wire(data)
        except dns.exception.DNSException:
            message = None
        is_whole = message is not None and not message.flags & dns.flags.TC
        asked.answer.set_result(message if is_whole else None)

    def _give_up(self) -> None:
        for asked in self._asked.values():
            if not asked.answer.done():
                asked.answer.set_result(None)

    async def _open(self) -> asyncio.DatagramTransport | None:
        async with self._opening:
            if self._transport is None or self._transport.is_closing():
                try:
                    await asyncio.get_running_loop().create_datagram_endpoint(
                        lambda: self, remote_addr=self._server
                    )
                except OSError:
                    return None
        return self._transport
