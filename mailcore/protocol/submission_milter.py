"""The submission milter without I/O: milter protocol 6 frames in, frames out.

It sees the SASL login and the headers, never the body. At the end of the headers it refuses what
the login may not send; at the end of the message it takes client `X-Livery-*` fields away and
puts the identity header on top, which the accept daemon trusts.
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass, field

from mailcore.protocol import identity, sender_rule
from mailcore.protocol.bounds import MAX_FIELD, MAX_FIELDS, MAX_HEADER, MAX_HOPS

_VERSION = 6
_ADD_HEADERS, _CHANGE_HEADERS = 0x1, 0x10
_NO_CONNECT, _NO_HELO, _NO_RCPT, _NO_BODY = 0x1, 0x2, 0x8, 0x10
_NO_UNKNOWN, _NO_DATA, _NO_HEADER_REPLY = 0x100, 0x200, 0x80
_NOT_WANTED = _NO_CONNECT | _NO_HELO | _NO_RCPT | _NO_BODY | _NO_UNKNOWN | _NO_DATA
MAX_FRAME = 1 << 20


class MalformedFrame(ValueError):
    """What came is not the milter protocol; the connection cannot be kept."""


@dataclass(slots=True, kw_only=True)
class _Mail:
    """What is known of the message in progress."""

    login: str = ""
    envelope_from: str = ""
    from_values: list[str] = field(default_factory=list)
    foreign: list[tuple[bytes, int]] = field(default_factory=list)
    seen: dict[bytes, int] = field(default_factory=dict)
    is_malformed: bool = False
    fields: int = 0
    bytes: int = 0
    longest: int = 0

    @property
    def is_too_much(self) -> bool:
        """Whether the header is more than this system takes; what follows is not even looked at."""
        return self.fields > MAX_FIELDS or self.bytes > MAX_HEADER or self.longest > MAX_FIELD


def frame(command: bytes, data: bytes = b"") -> bytes:
    """A frame: length, command letter, data."""
    return struct.pack("!I", len(data) + 1) + command + data


_CONTINUE = frame(b"c")


class MilterSession:
    """One connection of the mail server; a connection carries many messages."""

    def __init__(self, *, key: bytes, now: Callable[[], int], nonce: Callable[[], bytes]) -> None:
        self.closed = False
        self._key, self._now, self._nonce = key, now, nonce
        self._header_reply = _CONTINUE
        self._mail = _Mail()

    def receive(self, payload: bytes) -> bytes:
        """The frames to send back for one frame's payload; raises MalformedFrame."""
        command, data = payload[:1], payload[1:]
        handler = _HANDLERS.get(command)
        return _CONTINUE if handler is None else handler(self, data)

    def _negotiate(self, data: bytes) -> bytes:
        if len(data) < 12:
            raise MalformedFrame("negotiation is too short")
        version, actions, steps = struct.unpack("!III", data[:12])
        wanted = _ADD_HEADERS | _CHANGE_HEADERS
        if version < _VERSION or actions & wanted != wanted:
            raise MalformedFrame("the mail server offers too little")
        steps &= _NOT_WANTED | _NO_HEADER_REPLY
        self._header_reply = b"" if steps & _NO_HEADER_REPLY else _CONTINUE
        return frame(b"O", struct.pack("!III", _VERSION, wanted, steps))

    def _macros(self, data: bytes) -> bytes:
        if data[:1] == b"M":  # the macros of MAIL: here a new message begins
            words = data[1:].split(b"\0")
            given = dict(zip(words[::2], words[1::2], strict=False))
            login = given.get(b"{auth_authen}", b"").decode("utf-8", "replace").lower()
            self._mail = _Mail(login=login)
        return b""

    def _sender(self, data: bytes) -> bytes:
        path = data.split(b"\0", 1)[0].decode("utf-8", "replace")
        self._mail.envelope_from = path.removeprefix("<").removesuffix(">")
        return _CONTINUE

    def _header(self, data: bytes) -> bytes:
        name, separator, value = data.partition(b"\0")
        if not separator or not value.endswith(b"\0"):
            raise MalformedFrame("header without its ends")
        mail, key = self._mail, name.strip().lower()
        mail.fields, mail.bytes = mail.fields + 1, mail.bytes + len(data)
        mail.longest = max(mail.longest, len(data))
        if mail.is_too_much:
            return self._header_reply
        mail.seen[key] = mail.seen.get(key, 0) + 1
        if b"\0" in value[:-1] or b"\r" in value.replace(b"\r\n", b"\n"):
            mail.is_malformed = True
        if key == b"from":
            mail.from_values.append(value[:-1].decode("utf-8", "replace"))
        elif key.startswith(identity.PREFIX.encode()):
            mail.foreign.append((name, mail.seen[key]))
        return self._header_reply

    def _end_of_header(self, _data: bytes) -> bytes:
        mail = self._mail
        fault = sender_rule.fault_of(
            login=mail.login, envelope_from=mail.envelope_from, from_values=mail.from_values
        )
        if mail.is_too_much:
            return _refuse("552 5.3.4 The header is bigger than this system takes")
        if fault is not None:
            return _refuse(f"550 5.7.1 {fault}")
        if mail.is_malformed:
            return _refuse("550 5.6.0 A header field holds a bare CR or a NUL")
        if mail.seen.get(b"received", 0) > MAX_HOPS:
            return _refuse("550 5.4.6 Too many Received fields: mail loop")
        return _CONTINUE

    def _end_of_message(self, _data: bytes) -> bytes:
        mail = self._mail
        value = identity.vouch(
            key=self._key, login=mail.login, envelope_from=mail.envelope_from,
            at=self._now(), nonce=self._nonce(),
        )  # fmt: skip
        # An index counts the fields of one name from 1: the last goes first, so none moves.
        removals = sorted(mail.foreign, key=lambda pair: -pair[1])
        gone = [frame(b"m", struct.pack("!I", index) + name + b"\0\0") for name, index in removals]
        ours = struct.pack("!I", 0) + identity.HEADER.encode() + b"\0" + value.encode() + b"\0"
        return b"".join([*gone, frame(b"i", ours), _CONTINUE])

    def _forget(self, _data: bytes) -> bytes:
        self._mail = _Mail()
        return b""

    def _quit(self, _data: bytes) -> bytes:
        self.closed = True
        return b""


def _refuse(reply: str) -> bytes:
    return frame(b"y", reply.encode() + b"\0")


_HANDLERS: dict[bytes, Callable[[MilterSession, bytes], bytes]] = {
    b"O": MilterSession._negotiate,
    b"D": MilterSession._macros,
    b"M": MilterSession._sender,
    b"L": MilterSession._header,
    b"N": MilterSession._end_of_header,
    b"E": MilterSession._end_of_message,
    b"A": MilterSession._forget,
    b"K": MilterSession._forget,
    b"Q": MilterSession._quit,
}
