"""One connection: bytes out, replies in, and the upgrade to TLS."""

import asyncio
import ssl
from typing import cast

from mailcore.delivery.smtp.troubles import said
from mailcore.protocol import smtp_reply
from mailcore.protocol.smtp_reply import MalformedReply, Reply

#: Bytes that may lie unread.
MAX_UNREAD = 1 << 20


class ConnectionLost(Exception):
    """The other side closed the connection, or the network did."""


class Wire(asyncio.Protocol):
    """A client connection. Methods raise ConnectionLost, TimeoutError or MalformedReply."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._buffer = bytearray()
        self._arrived = asyncio.Event()
        self._writable = asyncio.Event()
        self._writable.set()
        self._lost: ConnectionLost | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by the loop."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Called by the loop."""
        self._buffer += data
        if len(self._buffer) > MAX_UNREAD and self._transport is not None:
            # Nobody has that much to say: it would only fill our memory.
            self._buffer.clear()
            self._lost = self._lost or ConnectionLost("the other side sends without end")
            self._transport.abort()
        self._arrived.set()

    def connection_lost(self, exc: Exception | None) -> None:
        """Called by the loop."""
        words = said(exc) if exc else "the other side closed the connection"
        self._lost = self._lost or ConnectionLost(words)
        self._arrived.set()
        self._writable.set()

    def pause_writing(self) -> None:
        """Called by the loop."""
        self._writable.clear()

    def resume_writing(self) -> None:
        """Called by the loop."""
        self._writable.set()

    @property
    def is_open(self) -> bool:
        """Whether the connection stands and the server has said nothing unasked."""
        return self._lost is None and not self._buffer and self._transport is not None

    def write(self, data: bytes) -> None:
        """Queue bytes for sending."""
        if self._lost or self._transport is None:
            raise self._lost or ConnectionLost("not connected")
        self._transport.write(data)

    async def drain(self, seconds: float) -> None:
        """Wait until the socket took most of what was written."""
        async with asyncio.timeout(seconds):
            await self._writable.wait()
        if self._lost:
            raise self._lost

    async def reply(self, seconds: float) -> Reply:
        """The next whole reply; `seconds` is for the whole of it."""
        lines: list[str] = []
        if not self._read(lines):
            async with asyncio.timeout(seconds):
                while not self._read(lines):
                    self._arrived.clear()
                    await self._arrived.wait()
        return smtp_reply.parse(lines)

    async def start_tls(self, context: ssl.SSLContext, *, name: str, seconds: float) -> str:
        """Upgrade; the protocol and cipher in one text. Raises ssl.SSLError and OSError too."""
        if self._buffer or self._transport is None:
            # Whatever came with the answer to STARTTLS came in the clear (CVE-2011-0411).
            raise MalformedReply("bytes before the TLS handshake")
        loop = asyncio.get_running_loop()
        upgraded = await loop.start_tls(
            self._transport,
            self,
            context,
            server_hostname=name,
            ssl_handshake_timeout=seconds,
        )
        if upgraded is None:
            raise ConnectionLost("closed in the TLS handshake")
        self._transport = upgraded
        secured = upgraded.get_extra_info("ssl_object")
        return f"{secured.version()} {secured.cipher()[0]}"

    def presented(self) -> list[bytes]:
        """The certificates (DER) that the server showed in the handshake, its own first."""
        secured = self._transport.get_extra_info("ssl_object") if self._transport else None
        # Public as SSLObject.get_unverified_chain from Python 3.13 on.
        inner = getattr(secured, "_sslobj", None)
        chain = inner.get_unverified_chain() if inner is not None else None
        return [ssl.PEM_cert_to_DER_cert(certificate.public_bytes()) for certificate in chain or ()]

    def close(self) -> None:
        """Close after what was written has gone."""
        if self._transport is not None:
            self._transport.close()

    def _read(self, lines: list[str]) -> bool:
        """Take the lines that have come; whether the last one of the reply is among them."""
        while 0 <= (end := self._buffer.find(b"\n")) <= smtp_reply.MAX_LINE:
            line = bytes(self._buffer[:end]).rstrip(b"\r").decode("utf-8", "replace")
            del self._buffer[: end + 1]
            lines.append(line)
            if smtp_reply.is_last(line):
                return True
            if len(lines) > smtp_reply.MAX_LINES:
                raise MalformedReply("a reply without end")
        if len(self._buffer) > smtp_reply.MAX_LINE:
            raise MalformedReply("a line without end")
        if self._lost:
            raise self._lost
        return False
