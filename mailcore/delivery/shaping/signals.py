"""What a reply says to the part that decides how fast to send."""

from typing import Literal

from mailcore.delivery.smtp.envelope import Answer
from mailcore.protocol.reply_classes import Classified, classify

#: clean: taken. neutral: about one person, one sender or one message, no reason to slow down.
#: The others are reasons: put off; too fast; too many connections; nobody there; we are blocked.
Signal = Literal["clean", "neutral", "deferred", "too-fast", "crowded", "unreachable", "blocked"]

BAD: frozenset[Signal] = frozenset({"deferred", "too-fast", "crowded", "unreachable", "blocked"})
_OF_A_REASON: dict[str, Signal] = {
    "rate-limited": "too-fast",
    "too-many-connections": "crowded",
    "no-answer": "unreachable",
    "blocklisted": "blocked",
    "reputation": "blocked",
}
#: Scopes about somebody or something that sending more slowly does not change.
_NEUTRAL_SCOPES = frozenset({"recipient", "recipient-domain", "sender-domain", "local"})
_NEUTRAL_REASONS = frozenset({"greylisted", "tls-required", "reverse-dns"})
_OWN_PHASES = frozenset({"dns", "scan", "sign"})
_BEFORE_MAIL = frozenset({"connect", "ehlo"})


def signal_of(answer: Answer, *, provider: str) -> Signal:
    """The signal in one answer."""
    if answer.verdict == "delivered":
        return "clean"
    if answer.phase in _OWN_PHASES:
        return "neutral"
    meaning = classify(
        code=answer.code,
        enhanced=answer.enhanced,
        text=answer.text,
        phase=answer.phase,
        provider=provider,
    )
    return _signal(answer, meaning)


def _signal(answer: Answer, meaning: Classified) -> Signal:
    if meaning.reason in _NEUTRAL_REASONS:
        return "neutral"
    if meaning.scope == "source" and meaning.reason in _OF_A_REASON:
        return _OF_A_REASON[meaning.reason]
    if meaning.reason == "too-many-connections":
        return "crowded"
    if answer.phase in _BEFORE_MAIL:
        # Refused, no answer, or 421 in the greeting: the door, not the message.
        return "unreachable"
    if meaning.scope in _NEUTRAL_SCOPES:
        return "neutral"
    if meaning.scope == "content" and meaning.kind != "block":
        return "neutral"
    return "deferred"
