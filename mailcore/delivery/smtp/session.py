"""A session with one server: connect, greet, secure, then any number of transactions."""

import asyncio
import contextlib
import ssl
import time
from dataclasses import dataclass

from kernel import clock
from mailcore.delivery.egress_settings import Timeouts
from mailcore.delivery.smtp.envelope import Answer, ConnectionFailed, Envelope, Phase
from mailcore.delivery.smtp.fitting import Server
from mailcore.delivery.smtp.tls import OPPORTUNISTIC, TlsPolicy, context_for
from mailcore.delivery.smtp.transaction import BROKEN, BeforeDot, Transaction
from mailcore.delivery.smtp.troubles import said
from mailcore.delivery.smtp.wire import Wire
from mailcore.protocol import dane, tls_rpt
from mailcore.protocol.smtp_reply import Reply

#: Seconds after which a server that was not heard may have closed the connection.
FRESH = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where a session goes, from where and how secured; `helo` is the name of the source."""

    host: str
    address: str
    port: int
    source: str = ""
    helo: str = "localhost"
    is_lmtp: bool = False
    policy: TlsPolicy = OPPORTUNISTIC


class Session:
    """An open session; `deliver` may be called while `is_usable`.

    `policy` is the one in force, which for want of TLS can be less than the endpoint's.
    """

    def __init__(
        self, endpoint: Endpoint, *, timeouts: Timeouts, policy: TlsPolicy | None = None
    ) -> None:
        self.endpoint = endpoint
        self.policy = policy or endpoint.policy
        self.messages = 0
        self.opened_at = self.last_used = time.monotonic()
        self.tls = ""
        self._timeouts = timeouts
        self._wire = Wire()
        self._extensions: dict[str, str] = {}
        self._is_reusable = True
        self._phase: Phase = "connect"

    @property
    def is_usable(self) -> bool:
        """Whether another message may be sent on it."""
        return self._is_reusable and self._wire.is_open

    async def open(self) -> None:
        """Connect, greet and secure; raises ConnectionFailed."""
        try:
            await self._connect()
            self._expect(await self._wire.reply(self._timeouts.greeting))
            self._phase = "ehlo"
            await self._greet()
            if self.policy.level != "none":
                self._phase = "starttls"
                await self._secure()
            self.last_used = time.monotonic()
        except (*BROKEN, ssl.SSLError) as error:
            self.abandon()
            is_denied = self._phase == "starttls" and self.policy.rule
            words = said(error)
            if is_denied:
                words = f"TLS is required{self._by_rule()}, but could not be had: {words}"
            text = f"{self.endpoint.host}: {words}"
            result = tls_rpt.result_of(error)
            enhanced = "4.7.5" if is_denied or isinstance(error, ssl.SSLError) else ""
            failure = ConnectionFailed(
                text, phase=self._phase, enhanced=enhanced, tls_result=result
            )
            failure.answer = self._signed(failure.answer)
            raise failure from error
        except ConnectionFailed as failure:
            self.abandon()
            failure.answer = self._signed(failure.answer)
            raise
        except BaseException:
            self.abandon()
            raise

    async def deliver(
        self, envelope: Envelope, *, content: bytes, before_dot: BeforeDot
    ) -> dict[str, Answer]:
        """An answer per recipient; raises ConnectionFailed when it broke before the final dot."""
        transaction = Transaction(
            self._wire,
            server=Server(
                offers=self._extensions,
                is_lmtp=self.endpoint.is_lmtp,
                is_proven=self.policy.is_authenticated,
            ),
            timeouts=self._timeouts,
            is_fresh=time.monotonic() - self.last_used < FRESH,
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
            self._expect(await self._ask(f"HELO {self.endpoint.helo}"))
            self._extensions = {}
            return
        self._expect(reply)
        words = [line.upper().split(maxsplit=1) for line in reply.lines[1:]]
        self._extensions = {word[0]: word[1] if word[1:] else "" for word in words if word}

    async def _secure(self) -> None:
        """TLS as the policy has it; without one no certificate is worse than any (RFC 7435)."""
        is_offered = "STARTTLS" in self._extensions
        if not is_offered or not (await self._ask("STARTTLS")).is_positive:
            if self.policy.level != "may":
                text = f"TLS is required{self._by_rule()}, but not offered"
                raise self._insecure("4.7.4", text, is_offered=False)
            return
        tls = await self._wire.start_tls(
            context_for(self.policy), name=self.endpoint.host, seconds=self._timeouts.connect
        )
        if self.policy.level == "dane" and not self._is_named_in_dns():
            raise self._insecure("4.7.5", "the certificate is not the one that TLSA names")
        self.tls = f"{tls} verified" if self.policy.is_authenticated else tls
        await self._greet()

    def _is_named_in_dns(self) -> bool:
        return dane.verified(
            self._wire.presented(),
            records=self.policy.tlsa,
            names=self.policy.names,
            now=clock.now(),
        )

    def _by_rule(self) -> str:
        return f" by our shaping rules ({self.policy.rule})" if self.policy.rule else ""

    def _insecure(self, enhanced: str, text: str, *, is_offered: bool = True) -> ConnectionFailed:
        return ConnectionFailed(
            f"{self.endpoint.host}: {text}",
            phase="starttls",
            enhanced=enhanced,
            tls_result="validation-failure" if is_offered else "starttls-not-supported",
        )

    async def _ask(self, command: str) -> Reply:
        self._wire.write(f"{command}\r\n".encode())
        return await self._wire.reply(self._timeouts.command)

    def _expect(self, reply: Reply) -> None:
        """A host that does not want to talk says nothing about the recipients: try another."""
        if not reply.is_positive:
            raise ConnectionFailed(
                reply.text, phase=self._phase, code=reply.code, enhanced=reply.enhanced
            )

    def _signed(self, answer: Answer) -> Answer:
        remark = self.endpoint.policy.remark
        return answer.seen_at(
            source=self.endpoint.source,
            mx=self.endpoint.host,
            address=self.endpoint.address,
            tls="; ".join(filter(None, [self.tls, remark])),
            offers_dsn="DSN" in self._extensions,
        )
