"""A session with one server: connect, greet, secure, then any number of transactions."""

import asyncio
import contextlib
import ssl
import time
from dataclasses import dataclass
from functools import lru_cache

from mailcore.delivery.egress_settings import Timeouts
from mailcore.delivery.smtp.envelope import Answer, ConnectionFailed, Envelope, Phase
from mailcore.delivery.smtp.transaction import BROKEN, BeforeDot, Transaction
from mailcore.delivery.smtp.wire import Wire
from mailcore.protocol.smtp_reply import Reply


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where a session goes and from where; `helo` is the name of the source address."""

    host: str
    address: str
    port: int
    source: str = ""
    helo: str = "localhost"
    is_lmtp: bool = False
    may_tls: bool = True


class Session:
    """An open session; `deliver` may be called while `is_usable`."""

    def __init__(self, endpoint: Endpoint, *, timeouts: Timeouts) -> None:
        self.endpoint = endpoint
        self.messages = 0
        self.opened_at = self.last_used = time.monotonic()
        self.tls = ""
        self._timeouts = timeouts
        self._wire = Wire()
        self._extensions: dict[str, str] = {}
        self._is_reusable = True

    @property
    def is_usable(self) -> bool:
        """Whether another message may be sent on it."""
        return self._is_reusable and self._wire.is_open

    async def open(self) -> None:
        """Connect, greet and secure; raises ConnectionFailed."""
        phase: Phase = "connect"
        try:
            await self._connect()
            greeting = await self._wire.reply(self._timeouts.greeting)
            self._expect(greeting, phase=phase)
            phase = "ehlo"
            await self._greet()
            if "STARTTLS" in self._extensions and self.endpoint.may_tls:
                phase = "starttls"
                await self._secure()
        except (*BROKEN, ssl.SSLError) as error:
            self.abandon()
            text = str(error) or type(error).__name__
            failure = ConnectionFailed(f"{self.endpoint.host}: {text}", phase=phase)
            failure.answer = self._signed(failure.answer)
            raise failure from error
        except ConnectionFailed as failure:
            self.abandon()
            failure.answer = self._signed(failure.answer)
            raise

    async def deliver(
        self, envelope: Envelope, *, content: bytes, before_dot: BeforeDot
    ) -> dict[str, Answer]:
        """An answer per recipient; raises ConnectionFailed when it broke before the final dot."""
        transaction = Transaction(
            self._wire,
            extensions=self._extensions,
            timeouts=self._timeouts,
            is_lmtp=self.endpoint.is_lmtp,
        )
        try:
            answers = await transaction.run(envelope, content=content, before_dot=before_dot)
        except ConnectionFailed as failure:
            self.abandon()
            failure.answer = self._signed(failure.answer)
            raise
        except BaseException:
            self.abandon()
            raise
        self.messages += 1
        self.last_used = time.monotonic()
        self._is_reusable = self._is_reusable and transaction.is_reusable
        return {address: self._signed(answer) for address, answer in answers.items()}

    def abandon(self) -> None:
        """Close without a word."""
        self._is_reusable = False
        self._wire.close()

    async def quit(self) -> None:
        """Say goodbye where that is still possible."""
        if self._wire.is_open:
            with contextlib.suppress(*BROKEN):
                self._wire.write(b"QUIT\r\n")
                await self._wire.reply(5)
        self.abandon()

    async def _connect(self) -> None:
        loop = asyncio.get_running_loop()
        local = (self.endpoint.source, 0) if self.endpoint.source else None
        async with asyncio.timeout(self._timeouts.connect):
            await loop.create_connection(
                lambda: self._wire, self.endpoint.address, self.endpoint.port, local_addr=local
            )

    async def _greet(self) -> None:
        hello = "LHLO" if self.endpoint.is_lmtp else "EHLO"
        reply = await self._ask(f"{hello} {self.endpoint.helo}")
        if not reply.is_positive and not self.endpoint.is_lmtp and reply.code != 421:
            reply = await self._ask(f"HELO {self.endpoint.helo}")
            self._expect(reply, phase="ehlo")
            self._extensions = {}
            return
        self._expect(reply, phase="ehlo")
        words = [line.upper().split(maxsplit=1) for line in reply.lines[1:]]
        self._extensions = {word[0]: word[1] if word[1:] else "" for word in words if word}

    async def _secure(self) -> None:
        """Opportunistic TLS: no certificate is worse than any, so none is checked (RFC 7435)."""
        reply = await self._ask("STARTTLS")
        if not reply.is_positive:
            return
        context = _context()
        name = self.endpoint.host
        self.tls = await self._wire.start_tls(context, name=name, seconds=self._timeouts.connect)
        await self._greet()

    async def _ask(self, command: str) -> Reply:
        self._wire.write(f"{command}\r\n".encode())
        return await self._wire.reply(self._timeouts.command)

    def _expect(self, reply: Reply, *, phase: Phase) -> None:
        """A host that does not want to talk says nothing about the recipients: try another."""
        if not reply.is_positive:
            raise ConnectionFailed(reply.text, phase=phase, code=reply.code)

    def _signed(self, answer: Answer) -> Answer:
        return answer.seen_at(
            source=self.endpoint.source,
            mx=self.endpoint.host,
            address=self.endpoint.address,
            tls=self.tls,
            offers_dsn="DSN" in self._extensions,
        )


@lru_cache(maxsize=1)
def _context() -> ssl.SSLContext:
    """Made once: it loads no certificates, since it checks none."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
