"""What a session is asked to send, and what it answers for each recipient."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from mailcore.protocol.smtp_arguments import EnvelopeRecipient
from mailcore.protocol.smtp_reply import Reply

Phase = Literal[
    "dns", "scan", "sign", "connect", "ehlo", "starttls", "mail", "rcpt", "data", "dot", "done"
]
Verdict = Literal["delivered", "deferred", "bounced"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """One transaction: the same content for several recipients of one site."""

    sender: str
    recipients: Sequence[EnvelopeRecipient]
    is_8bit: bool = False
    is_smtputf8: bool = False
    ret: str = ""
    envid: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What became of one recipient in one try; `maybe_delivered`: it broke after the final dot."""

    verdict: Verdict
    phase: Phase
    code: int | None = None
    enhanced: str = ""
    text: str = ""
    maybe_delivered: bool = False
    source: str = ""
    mx: str = ""
    address: str = ""
    tls: str = ""
    offers_dsn: bool = False

    def seen_at(
        self, *, source: str, mx: str, address: str, tls: str, offers_dsn: bool
    ) -> "Answer":
        """The same answer with where it came from."""
        return replace(self, source=source, mx=mx, address=address, tls=tls, offers_dsn=offers_dsn)


def from_reply(reply: Reply, *, phase: Phase) -> Answer:
    """The answer that a server's reply to a recipient, or to all of them, amounts to."""
    if reply.is_positive:
        verdict: Verdict = "delivered"
    else:
        verdict = "bounced" if reply.is_permanent else "deferred"
    return Answer(
        verdict=verdict,
        phase=phase,
        code=reply.code,
        enhanced=reply.enhanced,
        text=reply.text,
    )


class ConnectionFailed(Exception):
    """The session ended without an answer for the recipients; another host may be tried."""

    def __init__(self, text: str, *, phase: Phase, code: int | None = None) -> None:
        self.answer = Answer(verdict="deferred", phase=phase, code=code, text=text)
        super().__init__(text)
