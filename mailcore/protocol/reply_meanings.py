"""The words for what a refusal means, and the rules that find them (delivery-plane §2.6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Reason = Literal[
    "unknown-recipient",
    "inactive-mailbox",
    "mailbox-full",
    "recipient-rate",
    "recipient-refuses",
    "no-mail-domain",
    "bad-domain",
    "dns-failure",
    "routing",
    "relay-denied",
    "no-answer",
    "bad-connection",
    "server-busy",
    "too-many-connections",
    "too-many-recipients",
    "greylisted",
    "rate-limited",
    "blocklisted",
    "reputation",
    "reverse-dns",
    "authentication",
    "sender-rejected",
    "tls-required",
    "spam-content",
    "virus",
    "attachment",
    "too-large",
    "bad-message",
    "unsupported",
    "policy",
    "protocol",
    "expired",
    "local",
    "undetermined",
]
#: hard: the address is of no use; soft: may pass; block: refused for what we are or sent;
#: auth: the sender's domain is not proven; admin: somebody has to put a server in order.
Kind = Literal["hard", "soft", "block", "auth", "admin"]
#: What the refusal holds for. Only `recipient` speaks of the person that was written to.
Scope = Literal[
    "recipient", "recipient-domain", "source", "sender-domain", "content", "connection", "local"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Classified:
    """The meaning of one refusal, the same for the ledger, suppression, shaping and people."""

    reason: Reason
    kind: Kind
    scope: Scope

    @property
    def is_of_recipient(self) -> bool:
        """Whether it says for good that there is nobody at this address."""
        return self.kind == "hard" and self.scope == "recipient"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Phrases in lower case, any of which has this meaning; the parts of one stand in its order."""

    phrases: tuple[tuple[str, ...], ...]
    meaning: Classified

    def fits(self, text: str) -> bool:
        """Whether one of the phrases stands in `text` (lower case)."""
        return any(_follows(parts, text) for parts in self.phrases)


def _follows(parts: Sequence[str], text: str) -> bool:
    at = 0
    for part in parts:
        at = text.find(part, at)
        if at < 0:
            return False
        at += len(part)
    return True
