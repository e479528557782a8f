"""The outside MX: aiosmtpd with STARTTLS, behaviours at every phase, a log of attempts, and verdicts after the dot."""

import asyncio
import logging
import socket
import ssl
import struct
import time
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass

from aiosmtpd.smtp import SMTP, Envelope, Session

from stack.outside.behaviours import Behaviour, Behaviours
from stack.outside.records import Attempt, DmarcVerdict, Stored, Verdicts
from stack.outside.store import Store
from stack.outside.verify import Verifier

MAX_MESSAGE = 40 * 1024 * 1024
MAX_RECIPIENTS = 100
DROPPED = "(line dropped)"
#: SO_LINGER: close with a reset, and forget what was not sent yet.
RESET = struct.pack("ii", 1, 0)
BROKEN = Verdicts(
    spf="temperror",
    dkim=(),
    dmarc=DmarcVerdict(result="temperror", policy=None, aligned_spf=False, aligned_dkim=False),
)
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hall:
    """What all sessions share."""

    domain: str
    store: Store
    behaviours: Behaviours
    verifier: Verifier
    executor: Executor

    def serves(self, address: str) -> bool:
        """Whether a recipient is of our domain, or of one below it."""
        domain = address.lower().rpartition("@")[2]
        return f".{domain}".endswith(f".{self.domain}")

    def judge(self, message: Stored) -> None:
        """Verify a stored message and keep the verdicts; a message that breaks a checker is kept too."""
        try:
            verdicts = self.verifier.verify(
                raw=message.raw, client=message.client, helo=message.helo, sender=message.sender
            )
        except Exception:
            log.exception("message %s broke its verification", message.id)
            verdicts = BROKEN
        self.store.judge(message.id, verdicts)


class OutsideSmtp(SMTP):
    """One session; the phases that aiosmtpd has no hook for are overridden."""

    def __init__(self, hall: Hall, *, hostname: str, tls_context: ssl.SSLContext) -> None:
        super().__init__(
            Hooks(hall, self),
            hostname=hostname,
            ident="ESMTP outside",
            tls_context=tls_context,
            data_size_limit=MAX_MESSAGE,
            enable_SMTPUTF8=True,
            timeout=120,
            loop=asyncio.get_running_loop(),
        )
        self._hall = hall

    async def _handle_client(self) -> None:
        answer = await self.misbehave(phase="connect", recipients=[])
        if answer is not None:
            self.note("", phase="connect", reply=answer)
            if self.transport is not None:
                await self.push(answer)
                self.transport.close()
            return
        await super()._handle_client()

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802  # aiosmtpd finds commands by this name
        recipients = list(self.envelope.rcpt_tos) if self.envelope else []
        answer = await self.misbehave(phase="data", recipients=recipients) if recipients else None
        if answer is None:
            await super().smtp_DATA(arg)
            return
        for recipient in recipients:
            self.note(recipient, phase="data", reply=answer)
        await self.push(answer)

    async def misbehave(self, *, phase: str, recipients: list[str]) -> str | None:
        """Do what a behaviour says; the reply to give instead of the good one, or None to go on."""
        behaviour = self._hall.behaviours.take(phase=phase, recipients=recipients)
        if behaviour is None:
            return None
        return await self._do(behaviour)

    async def _do(self, behaviour: Behaviour) -> str | None:
        if behaviour.delay:
            await asyncio.sleep(behaviour.delay)
        if behaviour.drop:
            if isinstance(self.transport, asyncio.WriteTransport):
                line = self.transport.get_extra_info("socket")
                line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                self.transport.abort()
            return DROPPED
        return behaviour.reply

    def note(self, recipient: str, *, phase: str, reply: str) -> None:
        """Write one attempt into the log."""
        assert self.session is not None
        self._hall.store.note(
            Attempt(
                id=0,
                at=time.time(),
                recipient=recipient,
                sender=clean(self.envelope.mail_from if self.envelope else None),
                client=peer_of(self.session),
                helo=self.session.host_name or "",
                tls=self.session.ssl is not None,
                phase=phase,
                reply=reply,
            )
        )


class Hooks:
    """aiosmtpd's handler: one per session, since the answer may drop the line."""

    def __init__(self, hall: Hall, session: OutsideSmtp) -> None:
        self._hall = hall
        self._smtp = session

    async def handle_MAIL(  # noqa: N802  # aiosmtpd finds hooks by this name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Answer MAIL."""
        answer = await self._smtp.misbehave(phase="mail", recipients=[])
        if answer is not None:
            self._smtp.note("", phase="mail", reply=answer)
            return answer
        # aiosmtpd takes an empty envelope.mail_from for "no MAIL yet".
        envelope.mail_from = address or "<>"
        envelope.mail_options.extend(options)
        return "250 2.1.0 sender ok"

    async def handle_RCPT(  # noqa: N802  # the same
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Answer RCPT: only recipients of the outside domain and of those below it."""
        answer = await self._smtp.misbehave(phase="rcpt", recipients=[address])
        if answer is None and not self._hall.serves(address):
            answer = "550 5.7.1 relay access denied"
        if answer is None and len(envelope.rcpt_tos) >= MAX_RECIPIENTS:
            answer = "452 4.5.3 too many recipients"
        if answer is None:
            envelope.rcpt_tos.append(address)
            envelope.rcpt_options.extend(options)
            answer = "250 2.1.5 recipient ok"
        self._smtp.note(address, phase="rcpt", reply=answer)
        return answer

    async def handle_DATA(  # noqa: N802  # the same
        self, _server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Answer the final dot: store, answer, verify afterwards."""
        recipients = list(envelope.rcpt_tos)
        answer = await self._smtp.misbehave(phase="dot", recipients=recipients)
        if answer is None:
            answer = self._keep(session, envelope, recipients)
            answer = await self._smtp.misbehave(phase="answer", recipients=recipients) or answer
        for recipient in recipients:
            self._smtp.note(recipient, phase="dot", reply=answer)
        return answer

    def _keep(self, session: Session, envelope: Envelope, recipients: list[str]) -> str:
        try:
            identities = [self._store(session, envelope, recipient) for recipient in recipients]
        except OSError as error:
            # aiosmtpd would say 500, which ends a message for good.
            return f"452 4.3.1 cannot be stored now: {error.strerror}"
        return f"250 2.0.0 stored as {identities[0]}"

    def _store(self, session: Session, envelope: Envelope, recipient: str) -> int:
        message = self._hall.store.add(
            Stored(
                id=0,
                recipient=recipient,
                sender=clean(envelope.mail_from),
                client=peer_of(session),
                helo=session.host_name or "",
                tls=session.ssl is not None,
                received_at=time.time(),
                raw=bytes(envelope.original_content or b""),
            )
        )
        self._hall.executor.submit(self._hall.judge, message)
        return message.id


def peer_of(session: Session) -> str:
    """Return the address of the other side."""
    return str(session.peer[0]) if isinstance(session.peer, tuple) else ""


def clean(sender: str | None) -> str:
    """Return a reverse-path without the sign that stands for the null sender."""
    return "" if sender in (None, "<>") else str(sender)


async def serve(
    hall: Hall, *, address: str, port: int, hostname: str, tls_context: ssl.SSLContext
) -> asyncio.Server:
    """Start to listen and return the server."""
    make: Callable[[], OutsideSmtp] = lambda: OutsideSmtp(  # noqa: E731  # a factory per connection
        hall, hostname=hostname, tls_context=tls_context
    )
    return await asyncio.get_running_loop().create_server(make, address, port)
