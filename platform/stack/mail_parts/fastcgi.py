"""One FastCGI question, enough to ask PHP whether it is there (FastCGI 1.0, sections 3.3 and 6)."""

import socket
import struct

from stack.model import Endpoint

BEGIN, STDOUT, END, PARAMS, STDIN = 1, 6, 3, 4, 5
_HEADER = struct.Struct(">BBHHBx")
_RESPONDER = struct.pack(">HB5x", 1, 0)


def _record(kind: int, content: bytes) -> bytes:
    return _HEADER.pack(1, kind, 1, len(content), 0) + content


def _parameters(values: dict[str, str]) -> bytes:
    pairs = [(name.encode(), value.encode()) for name, value in values.items()]
    return b"".join(bytes((len(name), len(value))) + name + value for name, value in pairs)


def ask(endpoint: Endpoint, path: str, *, seconds: float = 5) -> bytes:
    """Return what the script at PATH (below 128 characters) writes, headers included; OSError without an answer."""
    values = {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": path,
        "SCRIPT_FILENAME": path,
        "QUERY_STRING": "",
    }
    request = (
        _record(BEGIN, _RESPONDER) + _record(PARAMS, _parameters(values)) + _record(PARAMS, b"")
    )
    said = b""
    with socket.create_connection(endpoint, timeout=seconds) as line:
        line.sendall(request + _record(STDIN, b""))
        with line.makefile("rb") as answer:
            while header := answer.read(_HEADER.size):
                if len(header) < _HEADER.size:
                    break
                _, kind, _, length, padding = _HEADER.unpack(header)
                content = answer.read(length)
                answer.read(padding)
                if kind == STDOUT:
                    said += content
                if kind == END:
                    return said
    raise ConnectionError("the FastCGI answer was cut short")
