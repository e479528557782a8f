"""Ask name servers over UDP, and over TCP when the answer is cut off (RFC 7766)."""

import asyncio
from dataclasses import dataclass, field

import dns.asyncquery
import dns.exception
from dns.message import Message

from kernel.dns.ports import NoAnswer

#: Questions under way at once: each has a socket, and a process may open a thousand files.
_AT_ONCE = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class UdpExchange:
    """Two tries of `timeout` seconds each: a lost datagram is no dead server.

    One for all that is asked at the same time, within one event loop.
    """

    timeout: float = 1.0
    tries: int = 2
    port: int = 53
    gate: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_AT_ONCE))

    async def ask(self, query: Message, *, address: str) -> Message:
        """The reply; raises NoAnswer with code timeout, unreachable or malformed."""
        error = NoAnswer("timeout")
        for _ in range(self.tries):
            try:
                async with self.gate:
                    reply, _tcp = await dns.asyncquery.udp_with_fallback(
                        query,
                        address,
                        timeout=self.timeout,
                        port=self.port,
                        ignore_unexpected=True,
                    )
            except dns.exception.Timeout:
                error = NoAnswer("timeout")
            except OSError:
                error = NoAnswer("unreachable")
            except dns.exception.DNSException:
                error = NoAnswer("malformed")
            else:
                return reply
        raise error
