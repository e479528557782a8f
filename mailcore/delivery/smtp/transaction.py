"""One mail transaction on an open session, SMTP or LMTP (RFC 5321, 2033, 2920)."""

from collections.abc import Callable, Mapping, Sequence

from mailcore.delivery.egress_settings import Timeouts
from mailcore.delivery.smtp.envelope import (
    Answer,
    ConnectionFailed,
    Envelope,
    Phase,
    from_reply,
)
from mailcore.delivery.smtp.wire import ConnectionLost, Wire
from mailcore.protocol import smtp_data
from mailcore.protocol.smtp_arguments import EnvelopeRecipient
from mailcore.protocol.smtp_reply import MalformedReply, Reply

BROKEN = (ConnectionLost, TimeoutError, MalformedReply, OSError)
#: Told the addresses whose content is about to be completed by the final dot.
BeforeDot = Callable[[Sequence[str]], None]


class Transaction:
    """Sends one envelope; `run` may be called once."""

    def __init__(
        self, wire: Wire, *, extensions: Mapping[str, str], timeouts: Timeouts, is_lmtp: bool
    ) -> None:
        self._wire = wire
        self._extensions = extensions
        self._timeouts = timeouts
        self._is_lmtp = is_lmtp
        self._answers: dict[str, Answer] = {}
        self.is_reusable = True

    async def run(
        self, envelope: Envelope, *, content: bytes, before_dot: BeforeDot
    ) -> dict[str, Answer]:
        """An answer for each recipient's address.

        Raises ConnectionFailed when the session broke before the final dot, with no answer.
        """
        missing = self._missing(envelope, len(content))
        if missing:
            return {recipient.address: missing for recipient in envelope.recipients}
        phase: Phase = "mail"
        try:
            data = await self._open(envelope)
            accepted = [r.address for r in envelope.recipients if r.address not in self._answers]
            phase = "data"
            if data.code == 354:
                await self._content(content if accepted else b"", accepted, before_dot)
        except BROKEN as error:
            raise ConnectionFailed(_said(error), phase=phase) from error
        if data.code == 354:
            await self._finish(accepted)
        else:
            self._all(accepted, from_reply(data, phase="data"))
            await self._reset()
        return self._answers

    def _missing(self, envelope: Envelope, size: int) -> Answer | None:
        """What the message needs and the server does not offer, as a bounce."""
        offered, limit = self._extensions, self._extensions.get("SIZE", "")
        if self._is_lmtp:
            return None
        if envelope.is_smtputf8 and "SMTPUTF8" not in offered:
            return _refused("5.6.7", "the server does not take internationalised addresses")
        if envelope.is_8bit and "8BITMIME" not in offered:
            return _refused("5.6.3", "the server does not take 8-bit content")
        if limit.isdigit() and 0 < int(limit) < size:
            return _refused("5.3.4", f"the message has {size} bytes, the server takes {limit}")
        return None

    async def _open(self, envelope: Envelope) -> Reply:
        """MAIL, RCPT and DATA; the reply to DATA."""
        mail = self._mail(envelope)
        if "PIPELINING" in self._extensions:
            commands = [mail, *map(self._rcpt, envelope.recipients), b"DATA\r\n"]
            self._wire.write(b"".join(commands))
            self._note_mail(await self._wire.reply(self._timeouts.command), envelope)
            for recipient in envelope.recipients:
                self._note(recipient, await self._wire.reply(self._timeouts.command))
            return await self._wire.reply(self._timeouts.data)
        reply = await self._ask(mail)
        self._note_mail(reply, envelope)
        if not reply.is_positive:
            return reply
        for recipient in envelope.recipients:
            reply = await self._ask(self._rcpt(recipient))
            self._note(recipient, reply)
        if len(self._answers) == len(envelope.recipients):
            return reply
        self._wire.write(b"DATA\r\n")
        return await self._wire.reply(self._timeouts.data)

    async def _ask(self, command: bytes) -> Reply:
        self._wire.write(command)
        return await self._wire.reply(self._timeouts.command)

    async def _content(self, content: bytes, accepted: list[str], before_dot: BeforeDot) -> None:
        """All but the final dot, then the note that makes a crash explainable, then the dot."""
        self._wire.write(smtp_data.stuff(content))
        await self._wire.drain(self._timeouts.block)
        before_dot(accepted)
        self._wire.write(b".\r\n")

    async def _finish(self, accepted: list[str]) -> None:
        """The reply to the content: one for all, in LMTP one for each."""
        waiting = list(accepted)
        try:
            while waiting:
                reply = await self._wire.reply(self._timeouts.dot)
                told = waiting[:1] if self._is_lmtp else waiting
                self._all(told, from_reply(reply, phase="dot" if reply.code >= 400 else "done"))
                del waiting[: len(told)]
                self._hear(reply)
            if not accepted:
                await self._wire.reply(self._timeouts.dot)
        except BROKEN as error:
            self.is_reusable = False
            text = f"no answer after the message was sent: {_said(error)}"
            broken = Answer(verdict="deferred", phase="dot", text=text, maybe_delivered=True)
            self._all(waiting, broken)

    async def _reset(self) -> None:
        if not self.is_reusable:
            return
        try:
            reply = await self._ask(b"RSET\r\n")
            self.is_reusable = reply.is_positive
        except BROKEN:
            self.is_reusable = False

    def _mail(self, envelope: Envelope) -> bytes:
        words = [f"MAIL FROM:<{envelope.sender}>"]
        if envelope.is_8bit and "8BITMIME" in self._extensions:
            words.append("BODY=8BITMIME")
        if envelope.is_smtputf8 and "SMTPUTF8" in self._extensions:
            words.append("SMTPUTF8")
        if "DSN" in self._extensions:
            words += [f"RET={envelope.ret}"] if envelope.ret else []
            words += [f"ENVID={envelope.envid}"] if envelope.envid else []
        return (" ".join(words) + "\r\n").encode()

    def _rcpt(self, recipient: EnvelopeRecipient) -> bytes:
        words = [f"RCPT TO:<{recipient.address}>"]
        if "DSN" in self._extensions:
            words += [f"NOTIFY={recipient.notify}"] if recipient.notify else []
            words += [f"ORCPT={recipient.orcpt}"] if recipient.orcpt else []
        return (" ".join(words) + "\r\n").encode()

    def _note_mail(self, reply: Reply, envelope: Envelope) -> None:
        self._hear(reply)
        if not reply.is_positive:
            self._all([r.address for r in envelope.recipients], from_reply(reply, phase="mail"))

    def _note(self, recipient: EnvelopeRecipient, reply: Reply) -> None:
        self._hear(reply)
        if not reply.is_positive:
            self._answers.setdefault(recipient.address, from_reply(reply, phase="rcpt"))

    def _all(self, addresses: Sequence[str], answer: Answer) -> None:
        for address in addresses:
            self._answers.setdefault(address, answer)

    def _hear(self, reply: Reply) -> None:
        if reply.code == 421:  # the server closes the connection after this one
            self.is_reusable = False


def _refused(enhanced: str, text: str) -> Answer:
    return Answer(verdict="bounced", phase="ehlo", code=554, enhanced=enhanced, text=text)


def _said(error: BaseException) -> str:
    return str(error) or ("timed out" if isinstance(error, TimeoutError) else type(error).__name__)
