"""Ask name servers over UDP, and over TCP when the answer is cut off (RFC 7766)."""

import asyncio
import time
from collections import deque
from dataclasses import dataclass, field

from kernel.dns import datagrams, streams
from kernel.dns.datagrams import Port
from kernel.dns.ports import NoAnswer, Question
from kernel.dns.routes import has_ipv6

#: Questions under way at one address, and at all; those beyond wait for their turn. More than a
#: server's socket holds (about 250, by Linux's default) would be lost, and look like silence.
_AT_AN_ADDRESS, _AT_ONCE = 100, 2000
#: Sockets at most, for datagrams and for answers that were cut off: a process may open a thousand
#: files.
_PORTS, _BY_TCP = 400, 200
#: How often it is looked which questions have waited for too long (seconds).
_SWEEP = 0.05

_Waiting = asyncio.Future[bytes]


@dataclass(slots=True, kw_only=True, eq=False)
class Asked:
    """A question under way, as it was sent last."""

    question: Question
    address: str
    waiting: _Waiting
    tries: int
    wire: bytes = b""
    until: float = 0.0
    port: "Port[Asked] | None" = None
    number: int = 0


@dataclass(slots=True, kw_only=True)
class UdpExchange:
    """Two tries of `timeout` seconds each: a lost datagram is no dead server.

    One for all that is asked at the same time, within one event loop. A question goes out from a
    port that the system chose at random for this server alone, which serves a few dozen of them,
    and under a number of its own; an answer counts only from where it was asked, at that port,
    under that number and to that very question (RFC 5452 §9).
    """

    timeout: float = 1.0
    tries: int = 2
    port: int = 53
    has_ipv6: bool = field(default_factory=has_ipv6)
    _under_way: dict[int, Asked] = field(default_factory=dict)
    _load: dict[str, int] = field(default_factory=dict)
    _queues: dict[str, deque[Asked]] = field(default_factory=dict)
    _queue: deque[Asked] = field(default_factory=deque)
    _ports: dict[str, Port[Asked]] = field(default_factory=dict)
    _open: int = 0
    _tcp: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_BY_TCP))
    _sweeper: asyncio.TimerHandle | None = None
    _sweep_at: float = 0.0

    def ask(self, question: Question, *, address: str) -> _Waiting:
        """The response; raises NoAnswer with code timeout, unreachable or malformed."""
        waiting: _Waiting = asyncio.get_running_loop().create_future()
        one = Asked(question=question, address=address, waiting=waiting, tries=self.tries)
        # Also when whoever asked gave up waiting.
        waiting.add_done_callback(lambda _: self._end(one))
        self._send_or_queue(one)
        return waiting

    def _send_or_queue(self, one: Asked) -> None:
        if self._load.get(one.address, 0) >= _AT_AN_ADDRESS:
            self._queues.setdefault(one.address, deque()).append(one)
        elif self._has_room(one.address):
            self._send(one)
        else:
            self._queue.append(one)

    def _has_room(self, address: str = "") -> bool:
        """Whether one more may go out, from a port that is open or a new one."""
        port = self._ports.get(address)
        has_port = self._open < _PORTS or (port is not None and not port.is_used_up)
        return has_port and len(self._under_way) < _AT_ONCE

    def _send(self, one: Asked) -> None:
        one.tries -= 1
        one.until = time.monotonic() + self.timeout
        try:
            one.port = self._open_port(one.address)
            one.number = one.port.free_number()
            one.wire = datagrams.query(one.question, number=one.number)
            one.port.send(one.wire, number=one.number, asked=one)
        except OSError:
            self._drop(one)
            self._fail(one, "unreachable")
            return
        self._under_way[id(one)] = one
        self._load[one.address] = self._load.get(one.address, 0) + 1
        self._sweep_soon()

    def _open_port(self, address: str) -> Port[Asked]:
        port = self._ports.get(address)
        if port is None or port.is_used_up:
            port = self._ports[address] = Port((address, self.port), heard=self._heard)
            self._open += 1
        return port

    def _heard(self, one: Asked, wire: bytes) -> None:
        """What came for a question, from where it was asked."""
        self._drop(one)
        if one.waiting.done():
            return
        if datagrams.is_cut_off(wire):
            # It knows its future, and is kept by it.
            task = asyncio.ensure_future(self._ask_by_tcp(one))
            one.waiting.add_done_callback(lambda _: task.cancel())
        else:
            one.waiting.set_result(wire)

    async def _ask_by_tcp(self, one: Asked) -> None:
        code = "malformed"
        try:
            for _ in range(self.tries):
                try:
                    async with self._tcp, asyncio.timeout(self.timeout):
                        wire = await streams.ask(one.wire, to=(one.address, self.port))
                except TimeoutError:
                    code = "timeout"
                except (OSError, EOFError):
                    code = "unreachable"
                except ValueError:
                    code = "malformed"
                else:
                    if not one.waiting.done():
                        one.waiting.set_result(wire)
                    return
        finally:  # whatever ended it, nobody waits for ever
            if not one.waiting.done():
                one.waiting.set_exception(NoAnswer(code))

    def _fail(self, one: Asked, code: str) -> None:
        """Try once more, or say that there is no answer."""
        if one.waiting.done():
            return
        if one.tries > 0:
            self._send_or_queue(one)
        else:
            one.waiting.set_exception(NoAnswer(code))

    def _sweep(self) -> None:
        """End what has waited for too long; the oldest stand first."""
        self._sweeper = None
        now = time.monotonic()
        if now > self._sweep_at + _SWEEP:  # while we did not listen, nobody kept us waiting
            for one in self._under_way.values():
                one.until += now - self._sweep_at
        late = []
        for one in self._under_way.values():
            if one.until > now and not one.waiting.done():
                break
            late.append(one)
        for one in late:
            self._drop(one)
            self._fail(one, "timeout")
        if self._under_way:
            self._sweep_soon()

    def _sweep_soon(self) -> None:
        if self._sweeper is None:
            self._sweep_at = time.monotonic() + _SWEEP
            self._sweeper = asyncio.get_running_loop().call_later(_SWEEP, self._sweep)

    def _drop(self, one: Asked) -> None:
        if self._under_way.pop(id(one), None) is not None:
            self._load[one.address] -= 1
            if not self._load[one.address]:
                del self._load[one.address]
        port, one.port = one.port, None  # once: the number may be another question's by then
        if port is not None:
            port.forget(one.number)
            if port.is_closed:
                self._open -= 1
                if self._ports.get(one.address) is port:
                    del self._ports[one.address]

    def _end(self, one: Asked) -> None:
        """Let those go out that waited for it to end."""
        self._drop(one)
        address = one.address
        mine = self._queues.get(address)
        while mine and self._load.get(address, 0) < _AT_AN_ADDRESS:
            self._send_if_wanted(mine.popleft())
        if mine is not None and not mine:
            del self._queues[address]
        while self._queue and self._has_room():
            self._send_if_wanted(self._queue.popleft())

    def _send_if_wanted(self, one: Asked) -> None:
        if not one.waiting.done():
            self._send_or_queue(one)
