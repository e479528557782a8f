"""DNS datagrams: a question as bytes, and a port from which one server is asked a few dozen."""

import asyncio
import secrets
import socket
import struct
from collections.abc import Callable
from typing import Generic, TypeVar

import dns.rcode

from kernel.dns.ports import Question

#: Questions of one port: with more, somebody who guesses would meet one of them sooner.
_OF_A_PORT = 48
_HEADER = struct.Struct("!HHHHHH")
_HEADER_SIZE, _LARGEST = 12, 4096
#: EDNS (RFC 6891): a root name, OPT, and what passes every path unfragmented (DNS flag day 2020).
_OPT = b"\0" + struct.pack("!HHIH", 41, 1232, 0, 0)
_RESPONSE, _CUT_OFF = 0x8000, 0x0200
#: Servers that refuse may leave the question out.
_WITHOUT_QUESTION = frozenset(
    {dns.rcode.FORMERR, dns.rcode.SERVFAIL, dns.rcode.NOTIMP, dns.rcode.REFUSED}
)

_T = TypeVar("_T")


def query(question: Question, *, number: int) -> bytes:
    """The question without recursion, in class IN, with EDNS (RFC 1035 §4.1)."""
    head = _HEADER.pack(number, 0, 1, 0, 0, 1)
    return b"".join((head, section(question), _OPT))


def section(question: Question) -> bytes:
    """The question section."""
    return question.name.to_digestable() + struct.pack("!HH", question.rdtype, 1)


def answers(wire: bytes, asked: bytes) -> bool:
    """Whether this is a response to that very question; letters may change their case."""
    if len(wire) < _HEADER_SIZE:
        return False
    _, flags, questions, *_ = _HEADER.unpack_from(wire)
    if wire[:2] != asked[:2] or not flags & _RESPONSE:
        return False
    if questions == 0:
        return (flags & 0xF) in _WITHOUT_QUESTION
    end = len(asked) - len(_OPT)
    same = wire[_HEADER_SIZE:end]
    return questions == 1 and same.lower() == asked[_HEADER_SIZE:end].lower()


def is_cut_off(wire: bytes) -> bool:
    """Whether the response was too long for a datagram: TCP carries the whole (RFC 2181 §9)."""
    return bool(int.from_bytes(wire[2:4], "big") & _CUT_OFF)


class Port(Generic[_T]):
    """A socket on a random port, which closes as soon as it waits for nothing more.

    It is for one server alone: no other learns the port, and the system hands over only what comes
    from that server's address and port. `heard` is called with what was given to `send` and the
    bytes that answer it. Raises OSError.
    """

    def __init__(self, to: tuple[str, int], *, heard: Callable[[_T, bytes], None]) -> None:
        family = socket.AF_INET6 if ":" in to[0] else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        try:
            self._socket.connect(to)
        except OSError:
            self._socket.close()
            raise
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._socket.fileno(), self._receive)
        self._heard = heard
        self._left = _OF_A_PORT
        self._waiting: dict[int, tuple[_T, bytes]] = {}
        self.is_closed = False

    @property
    def is_used_up(self) -> bool:
        """Whether another one is to be opened for the next question."""
        return self._left <= 0 or self.is_closed

    def free_number(self) -> int:
        """A random number that no question under way has."""
        while (number := secrets.randbits(16)) in self._waiting:
            pass
        return number

    def send(self, wire: bytes, *, number: int, asked: _T) -> None:
        """Send it; raises OSError."""
        self._left -= 1
        self._waiting[number] = (asked, wire)
        self._socket.send(wire)

    def forget(self, number: int) -> None:
        """Wait for this one no more."""
        self._waiting.pop(number, None)
        if not self._waiting and not self.is_closed:
            self.is_closed = True
            self._loop.remove_reader(self._socket.fileno())
            self._socket.close()

    def _receive(self) -> None:
        while not self.is_closed:
            try:
                wire = self._socket.recv(_LARGEST)
            except OSError:  # nothing more, or what a router says of the server, which is no answer
                return
            found = self._waiting.get(int.from_bytes(wire[:2], "big"))
            if found is not None and answers(wire, found[1]):
                self._heard(found[0], wire)
