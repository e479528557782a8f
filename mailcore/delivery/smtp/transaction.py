"""One mail transaction on an open session, SMTP or LMTP (RFC 5321, 2033, 2920, 3030)."""

from collections.abc import Callable, Sequence

from mailcore.delivery.egress_settings import Timeouts
from mailcore.delivery.smtp import fitting, parameters
from mailcore.delivery.smtp.envelope import (
    Answer,
    ConnectionFailed,
    Envelope,
    Phase,
    from_reply,
)
from mailcore.delivery.smtp.fitting import Server
from mailcore.delivery.smtp.troubles import said
from mailcore.delivery.smtp.wire import ConnectionLost, Wire
from mailcore.protocol import smtp_commands, smtp_data
from mailcore.protocol.smtp_arguments import EnvelopeRecipient
from mailcore.protocol.smtp_reply import MalformedReply, Reply

BROKEN = (ConnectionLost, TimeoutError, MalformedReply, OSError)
#: Told the addresses whose content is about to be completed by the final dot.
BeforeDot = Callable[[Sequence[str]], None]
#: Bytes of content that go in one write: with BDAT, before the server has agreed to any recipient.
MAX_AT_ONCE = 1 << 16


class Transaction:
    """Sends one envelope; `run` may be called once."""

    def __init__(self, wire: Wire, *, server: Server, timeouts: Timeouts, is_fresh: bool) -> None:
        """`is_fresh`: the server was heard a moment ago, so it is there."""
        self._wire = wire
        self._server = server
        self._timeouts = timeouts
        self._is_fresh = is_fresh
        self._answers: dict[str, Answer] = {}
        self._recipients: list[EnvelopeRecipient] = []
        self._phase: Phase = "mail"
        self._postponed: Reply | None = None
        self._goodbye: Reply | None = None
        self.is_reusable = True

    async def run(
        self, envelope: Envelope, *, content: bytes, before_dot: BeforeDot
    ) -> dict[str, Answer]:
        """An answer for each recipient's address; `content` is what smtp_data.normalise gives.

        Raises ConnectionFailed when the session broke before the final dot, and when the server
        puts the sender off: in both cases with no answer.
        """
        self._answers = fitting.refused(envelope, content=content, server=self._server)
        self._recipients = [r for r in envelope.recipients if r.address not in self._answers]
        if not self._recipients:
            return self._answers
        commands = parameters.commands(
            envelope, self._recipients, content=content, server=self._server
        )
        if self._may_chunk(content):
            await self._chunked(commands, content, before_dot)
        else:
            await self._with_dot(commands, content, before_dot)
        if self._postponed:
            reply = self._postponed
            raise ConnectionFailed(
                reply.text, phase="mail", code=reply.code, enhanced=reply.enhanced
            )
        return self._answers

    def _may_chunk(self, content: bytes) -> bool:
        """BDAT saves a round trip, but all is sent at once: a line that breaks leaves a doubt.

        So only where the server is known to be there, and has little to throw away.
        """
        has_both = {"PIPELINING", "CHUNKING"} <= self._server.offers.keys()
        is_small = len(content) <= MAX_AT_ONCE
        return has_both and self._is_fresh and is_small and not self._server.is_lmtp

    async def _chunked(
        self, commands: Sequence[bytes], content: bytes, before_dot: BeforeDot
    ) -> None:
        if not self._wire.is_open:
            raise ConnectionFailed("the server has closed the connection", phase="mail")
        before_dot([recipient.address for recipient in self._recipients])
        try:
            self._wire.write(b"".join([*commands, smtp_commands.bdat(content)]))
            await self._wire.drain(self._timeouts.block)
            await self._hear_envelope()
            reply = await self._wire.reply(self._timeouts.dot)
        except BROKEN as error:
            self._doubt(self._accepted, error)
            return
        self._hear(reply)
        self._all(self._accepted, _of_content(reply))
        if not reply.is_positive:
            await self._reset()

    async def _with_dot(
        self, commands: Sequence[bytes], content: bytes, before_dot: BeforeDot
    ) -> None:
        try:
            data = await self._open(commands)
            accepted = self._accepted
            self._phase = "data"
            if data.code == 354:
                await self._content(content if accepted else b"", accepted, before_dot)
        except BROKEN as error:
            if self._goodbye is None:
                raise ConnectionFailed(said(error), phase=self._phase) from error
            self._all(self._accepted, from_reply(self._goodbye, phase=self._phase))
            return
        if data.code == 354:
            await self._finish(accepted)
        else:
            self._all(accepted, from_reply(data, phase="data"))
            await self._reset()

    async def _open(self, commands: Sequence[bytes]) -> Reply:
        """MAIL, RCPT and DATA; the reply to DATA, or the one that makes DATA pointless."""
        if "PIPELINING" in self._server.offers:
            self._wire.write(b"".join([*commands, b"DATA\r\n"]))
            await self._hear_envelope()
            return await self._wire.reply(self._timeouts.data)
        mail, *recipients = commands
        reply = await self._ask(mail)
        self._note_mail(reply)
        if not reply.is_positive:
            return reply
        for recipient, command in zip(self._recipients, recipients, strict=True):
            reply = await self._ask(command)
            self._note(recipient, reply)
        if not self._accepted:
            return reply
        self._wire.write(b"DATA\r\n")
        return await self._wire.reply(self._timeouts.data)

    async def _hear_envelope(self) -> None:
        self._note_mail(await self._wire.reply(self._timeouts.command))
        for recipient in self._recipients:
            self._note(recipient, await self._wire.reply(self._timeouts.command))

    async def _ask(self, command: bytes) -> Reply:
        self._wire.write(command)
        return await self._wire.reply(self._timeouts.command)

    async def _content(self, content: bytes, accepted: list[str], before_dot: BeforeDot) -> None:
        """All but the final dot, then the note that makes a crash explainable, then the dot."""
        content = smtp_data.stuff(content)
        if len(content) <= MAX_AT_ONCE:  # the system takes it at once: one packet less
            before_dot(accepted)
            self._wire.write(content + b".\r\n")
            return
        self._wire.write(content)
        await self._wire.drain(self._timeouts.block)
        before_dot(accepted)
        self._wire.write(b".\r\n")

    async def _finish(self, accepted: list[str]) -> None:
        """The reply to the content: one for all, in LMTP one for each."""
        waiting = list(accepted)
        try:
            while waiting:
                reply = await self._wire.reply(self._timeouts.dot)
                told = waiting[:1] if self._server.is_lmtp else waiting
                self._all(told, _of_content(reply))
                del waiting[: len(told)]
                self._hear(reply)
            if not accepted:
                await self._wire.reply(self._timeouts.dot)
        except BROKEN as error:
            self._doubt(waiting, error)

    async def _reset(self) -> None:
        if not self.is_reusable:
            return
        try:
            reply = await self._ask(b"RSET\r\n")
            self.is_reusable = reply.is_positive
        except BROKEN:
            self.is_reusable = False

    @property
    def _accepted(self) -> list[str]:
        """Recipients that nothing speaks against so far."""
        return [r.address for r in self._recipients if r.address not in self._answers]

    def _note_mail(self, reply: Reply) -> None:
        self._hear(reply)
        if not reply.is_positive:
            # A sender put off says nothing of the recipients: another host may take them.
            self._postponed = None if reply.is_permanent else reply
            self._all(self._accepted, from_reply(reply, phase="mail"))

    def _note(self, recipient: EnvelopeRecipient, reply: Reply) -> None:
        self._hear(reply)
        self._phase = "rcpt"
        if not reply.is_positive:
            self._answers.setdefault(recipient.address, from_reply(reply, phase="rcpt"))

    def _doubt(self, addresses: Sequence[str], error: BaseException) -> None:
        """The server may have the message, and its answer is lost (RFC 1047)."""
        self.is_reusable = False
        text = f"no answer after the message was sent: {said(error)}"
        self._all(
            addresses, Answer(verdict="deferred", phase="dot", text=text, maybe_delivered=True)
        )

    def _all(self, addresses: Sequence[str], answer: Answer) -> None:
        for address in addresses:
            self._answers.setdefault(address, answer)

    def _hear(self, reply: Reply) -> None:
        if reply.code == 421:  # the server closes the connection after this one
            self.is_reusable = False
            self._goodbye = reply


def _of_content(reply: Reply) -> Answer:
    return from_reply(reply, phase="done" if reply.is_positive else "dot")
