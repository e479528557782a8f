"""A server of LMTP (RFC 2033) or ESMTP without I/O: bytes in, bytes and transactions out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mailcore.protocol.dot_reader import DotReader
from mailcore.protocol.mail_dialects import LMTP, Answer, Dialect
from mailcore.protocol.smtp_arguments import (
    ArgumentRefused,
    EnvelopeRecipient,
    MailArguments,
    parse_mail,
    parse_rcpt,
)

_LONGEST_LINE = 4096
_MOST_FAULTS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Message size in bytes, and recipients per transaction.

    The size is above Postfix's own 50 MB: what a client may send just so has grown by the fields
    that Postfix added.
    """

    size: int = 52 * 1024**2
    recipients: int = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """One envelope and its message; it waits for one answer per recipient."""

    mail: MailArguments
    recipients: tuple[EnvelopeRecipient, ...]
    message: bytes


def take_every(_address: str) -> Answer | None:
    """No recipient is refused before the message is seen."""
    return None


class MailSession:
    """One connection: `receive` bytes, then call `next_event` until it gives None.

    An event is bytes to send, or a Transaction; after that one, `finish` says what to send
    before anything else is read.
    """

    def __init__(
        self,
        *,
        host: str,
        limits: Limits,
        dialect: Dialect = LMTP,
        refusal_of: Callable[[str], Answer | None] = take_every,
        offers_requiretls: bool = False,
    ) -> None:
        """`offers_requiretls`: who takes the message heeds REQUIRETLS (RFC 8689)."""
        self.closed = False
        self._host, self._limits, self._refusal_of = host, limits, refusal_of
        self._dialect = dialect
        self._offers_requiretls = offers_requiretls
        self._buffer = bytearray()
        self._skipping = False
        self._faults = 0
        self._greeted = False
        self._waiting: Transaction | None = None
        self._reader: DotReader | None = None
        self._end_hears: Answer | None = None
        self._reset()

    @property
    def is_idle(self) -> bool:
        """Whether the peer would lose nothing if the connection ended now."""
        return self._mail is None and self._waiting is None

    @property
    def is_in_message(self) -> bool:
        """Whether what comes is what follows DATA."""
        return self._reader is not None

    @property
    def held(self) -> int:
        """Bytes of the peer's in memory, a message that waits for its answer included."""
        reading = self._reader.held if self._reader is not None else 0
        waiting = len(self._waiting.message) if self._waiting is not None else 0
        return len(self._buffer) + reading + waiting

    def greeting(self) -> bytes:
        """The first line."""
        return f"220 {self._host} {self._dialect.name}\r\n".encode()

    def receive(self, data: bytes) -> None:
        """Take bytes from the peer."""
        self._buffer += data

    def next_event(self) -> bytes | Transaction | None:
        """The next thing to do, or None when more bytes (or `finish`) are needed."""
        if self.closed or self._waiting is not None:
            return None
        return self._read_message() if self._reader is not None else self._read_command()

    def finish(self, answers: Sequence[Answer]) -> bytes:
        """End the transaction with one answer per recipient, in their order; ESMTP says the first."""
        assert self._waiting is not None
        assert len(answers) == len(self._waiting.recipients)
        self._waiting = None
        self._reset()
        said = answers if self._dialect.answers_each else answers[:1]
        return b"".join(answer.line() for answer in said)

    def put_off(self, answer: Answer) -> None:
        """Keep no more of the message that is coming; `answer` is what its end will hear."""
        assert self._reader is not None
        self._reader.drop()
        self._end_hears = answer

    def close(self, answer: Answer) -> bytes:
        """End the connection from our side."""
        self.closed = True
        return answer.line()

    def _reset(self) -> None:
        self._mail: MailArguments | None = None
        self._recipients: list[EnvelopeRecipient] = []
        self._reader = None
        self._end_hears = None

    def _read_message(self) -> bytes | Transaction | None:
        assert self._reader is not None
        assert self._mail is not None
        data, self._buffer = bytes(self._buffer), bytearray()
        rest = self._reader.feed(data) if data else None
        if rest is None:
            return None
        self._buffer += rest
        reader, self._reader = self._reader, None
        self._waiting = Transaction(
            mail=self._mail, recipients=tuple(self._recipients), message=reader.message()
        )
        if reader.too_big:
            answer = self._end_hears or self._dialect.too_big
            return self.finish([answer] * len(self._recipients))
        return self._waiting

    def _read_command(self) -> bytes | None:
        end = self._buffer.find(b"\r\n")
        if end < 0:
            if len(self._buffer) > _LONGEST_LINE:
                # The rest of an endless line is thrown away as it comes; its last byte may be CR.
                self._skipping = True
                del self._buffer[:-1]
            return None
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 2]
        too_long, self._skipping = self._skipping or len(line) > _LONGEST_LINE, False
        if too_long or b"\r" in line or b"\n" in line or b"\0" in line:
            return self._fault(Answer(code=500, enhanced="5.5.2", text="Line not understood"))
        return self._command(line)

    def _command(self, line: bytes) -> bytes:
        verb, _, argument = line.decode("utf-8", "surrogateescape").strip().partition(" ")
        verb = verb.upper()
        handler = MailSession._hello if verb == self._dialect.hello else _COMMANDS.get(verb)
        if handler is None:
            return self._fault(Answer(code=500, enhanced="5.5.1", text="Command not known"))
        try:
            argument.encode()
            return handler(self, argument)
        except UnicodeEncodeError:
            return self._fault(Answer(code=501, enhanced="5.5.4", text="Argument is not UTF-8"))
        except ArgumentRefused as refused:
            return self._fault(
                Answer(code=refused.code, enhanced=refused.enhanced, text=refused.text)
            )

    def _fault(self, answer: Answer) -> bytes:
        self._faults += 1
        if self._faults > _MOST_FAULTS:
            return self.close(Answer(code=421, enhanced="4.7.0", text="Too many errors"))
        return answer.line()

    def _hello(self, argument: str) -> bytes:
        if not argument.strip():
            return self._fault(
                Answer(code=501, enhanced="5.5.4", text=f"Syntax: {self._dialect.hello} name")
            )
        self._greeted = True
        self._reset()
        words = [
            self._host, "PIPELINING", "ENHANCEDSTATUSCODES", "8BITMIME", "SMTPUTF8", "DSN",
            *(["REQUIRETLS"] if self._offers_requiretls else []), f"SIZE {self._limits.size}",
        ]  # fmt: skip
        lines = [f"250-{word}\r\n" for word in words[:-1]] + [f"250 {words[-1]}\r\n"]
        return "".join(lines).encode()

    def _from(self, argument: str) -> bytes:
        if not self._greeted or self._mail is not None:
            return self._fault(_BAD_SEQUENCE)
        mail = parse_mail(argument)
        if mail.requires_tls and not self._offers_requiretls:
            return self._fault(Answer(code=555, enhanced="5.5.4", text="REQUIRETLS not known here"))
        if mail.size > self._limits.size:
            return self._dialect.too_big.line()
        self._mail = mail
        return b"250 2.1.0 Sender ok\r\n"

    def _to(self, argument: str) -> bytes:
        if self._mail is None:
            return self._fault(_BAD_SEQUENCE)
        if len(self._recipients) >= self._limits.recipients:
            return b"452 4.5.3 Too many recipients in one transaction\r\n"
        recipient = parse_rcpt(argument, is_smtputf8=self._mail.is_smtputf8)
        refusal = self._refusal_of(recipient.address)
        if refusal is not None:
            return refusal.line()
        self._recipients.append(recipient)
        return b"250 2.1.5 Recipient ok\r\n"

    def _data(self, argument: str) -> bytes:
        if argument or not self._recipients:
            return self._fault(_BAD_SEQUENCE)
        self._reader = DotReader(limit=self._limits.size)
        return b"354 End with a line that holds one dot\r\n"

    def _rset(self, _argument: str) -> bytes:
        self._reset()
        return b"250 2.0.0 Ok\r\n"

    def _noop(self, _argument: str) -> bytes:
        return b"250 2.0.0 Ok\r\n"

    def _vrfy(self, _argument: str) -> bytes:
        return b"252 2.5.0 Send some mail and see\r\n"

    def _quit(self, _argument: str) -> bytes:
        return self.close(Answer(code=221, enhanced="2.0.0", text="Bye"))


_BAD_SEQUENCE = Answer(code=503, enhanced="5.5.1", text="Not now")
_COMMANDS: dict[str, Callable[[MailSession, str], bytes]] = {
    "MAIL": MailSession._from,
    "RCPT": MailSession._to,
    "DATA": MailSession._data,
    "RSET": MailSession._rset,
    "NOOP": MailSession._noop,
    "VRFY": MailSession._vrfy,
    "QUIT": MailSession._quit,
}
