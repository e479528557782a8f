"""What a session is asked to send, and what it answers for each recipient."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from mailcore.protocol.requiretls import Wish
from mailcore.protocol.smtp_arguments import EnvelopeRecipient
from mailcore.protocol.smtp_reply import Reply
from mailcore.protocol.tls_rpt import ResultType

Phase = Literal[
    "queue",
    "dns",
    "scan",
    "sign",
    "connect",
    "ehlo",
    "starttls",
    "mail",
    "rcpt",
    "data",
    "dot",
    "done",
]
Verdict = Literal["delivered", "deferred", "bounced"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """One transaction: the same content for several recipients of one site.

    `requires_tls`: REQUIRETLS when true, `TLS-Required: No` when false (RFC 8689).
    """

    sender: str
    recipients: Sequence[EnvelopeRecipient]
    is_8bit: bool = False
    is_smtputf8: bool = False
    ret: str = ""
    envid: str = ""
    requires_tls: Wish = None


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

    def __init__(
        self,
        text: str,
        *,
        phase: Phase,
        code: int | None = None,
        enhanced: str = "",
        tls_result: ResultType = "validation-failure",
    ) -> None:
        self.answer = Answer(
            verdict="deferred", phase=phase, code=code, enhanced=enhanced, text=text
        )
        self.tls_result = tls_result
        super().__init__(text)

    @property
    def is_worth_another_host(self) -> bool:
        """Before RCPT the host's trouble says nothing of the site's other hosts.

        A 4.7 of the server is no trouble but its opinion of us, which the others share.
        """
        is_opinion = self.answer.code is not None and self.answer.enhanced.startswith("4.7.")
        return self.answer.phase in ("connect", "ehlo", "starttls", "mail") and not is_opinion
