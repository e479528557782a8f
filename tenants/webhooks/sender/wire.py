"""As much of HTTP/1.1 (RFC 9112) as a POST needs whose answer is a status and a few words.

Written out, since a general client costs five times the processor time for each request, and
since every bound stands here: one connection, one answer, no redirection, no compression.
"""

import asyncio
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass

#: Bytes of a header section, and of a refusal's body, that are read.
MOST_HEAD, MOST_READ = 16_384, 4096
#: Interim answers (1xx) before the one that counts.
_MOST_INTERIM = 10
_STATUS = re.compile(rb"HTTP/1\.[01] ([1-5][0-9]{2})(?: [^\r\n]*)?")
_SUCCESS = range(200, 300)


class BadAnswer(Exception):
    """What came is no HTTP/1.1 answer, or one without end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """Names of `headers` are in lower case; `text` is the beginning of a refusal."""

    status: int
    headers: Mapping[str, str]
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where to connect; `name` is what the certificate has to prove, None without TLS."""

    address: str
    port: int
    name: str | None


async def post(
    place: Place, *, path: str, headers: Mapping[str, str], body: bytes, context: ssl.SSLContext
) -> Reply:
    """Connect, send, read; raises OSError, ssl.SSLError, EOFError and BadAnswer.

    The time it takes is the caller's to bound.
    """
    is_tls = place.name is not None
    reader, writer = await asyncio.open_connection(
        place.address,
        place.port,
        ssl=context if is_tls else None,
        server_hostname=place.name if is_tls else None,
        limit=MOST_HEAD,
    )
    try:
        writer.write(_request(path, {**headers, "Content-Length": str(len(body))}) + body)
        await writer.drain()
        return await _reply(reader)
    finally:
        # Not a goodbye: the answer is here, and a receiver that is slow to close keeps nobody.
        writer.transport.abort()


def _request(path: str, headers: Mapping[str, str]) -> bytes:
    lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    if any(not line.isprintable() or not line.isascii() for line in lines):
        raise ValueError("a line of the request is not printable ASCII")
    return "\r\n".join([*lines, "", ""]).encode("ascii")


async def _reply(reader: asyncio.StreamReader) -> Reply:
    for _ in range(_MOST_INTERIM):
        status, headers = await _head(reader)
        if status < _SUCCESS.start:
            continue
        # A receiver that heard us may say what it likes.
        text = "" if status in _SUCCESS else await _beginning(reader, headers)
        return Reply(status=status, headers=headers, text=text)
    raise BadAnswer("too many interim answers")


async def _head(reader: asyncio.StreamReader) -> tuple[int, dict[str, str]]:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.LimitOverrunError as error:
        raise BadAnswer("the header section has no end") from error
    first, *lines = head.removesuffix(b"\r\n\r\n").split(b"\r\n")
    found = _STATUS.fullmatch(first)
    if found is None:
        raise BadAnswer("the status line is none")
    fields = (line.decode("latin-1").partition(":") for line in lines)
    return int(found[1]), {name.strip().lower(): value.strip() for name, _, value in fields}


async def _beginning(reader: asyncio.StreamReader, headers: Mapping[str, str]) -> str:
    if "chunked" in headers.get("transfer-encoding", "").lower():
        await reader.readline()  # the first chunk's size: its words are enough
    read = await reader.read(MOST_READ)
    text = read.decode("utf-8", "replace")
    return "".join(sign if sign.isprintable() else " " for sign in text).strip()
