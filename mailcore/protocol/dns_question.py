"""A question to a resolver as bytes (RFC 1035 §4.1), with EDNS for a large answer."""

import struct
from typing import cast

import dns.flags
import dns.name
import dns.rdataclass
import dns.rdatatype

#: Bytes that an answer may have: what passes every network in one piece.
LARGEST = 1232
_HEAD = struct.Struct("!HHHHHH")
_OPT = struct.pack("!BHHIH", 0, 41, LARGEST, 0, 0)
# Without AD in the question a resolver need not say what it validated (RFC 6840 §5.7).
_FLAGS = dns.flags.RD | dns.flags.AD


def question(name: dns.name.Name, kind: str) -> bytes:
    """What an answer has to repeat."""
    wire = cast("bytes", name.to_wire())
    return wire + struct.pack("!HH", dns.rdatatype.from_text(kind), dns.rdataclass.IN)


def packet(number: int, asked: bytes) -> bytes:
    """A whole message that asks a question under a number."""
    return _HEAD.pack(number, _FLAGS, 1, 0, 0, 1) + asked + _OPT


def number_of(data: bytes) -> int:
    """The number of a message."""
    return int.from_bytes(data[:2])


def repeats(data: bytes, asked: bytes) -> bool:
    """Whether a message is about the question."""
    return data[_HEAD.size : _HEAD.size + len(asked)].lower() == asked.lower()
