"""What the answers of a server say about the address they were given to."""

from collections.abc import Iterable

from mailcore.delivery.egress.tally import Counts
from mailcore.delivery.smtp.envelope import Answer
from mailcore.protocol.reply_classes import Classified, classify

#: A deferral that may be the address's doing; a full mailbox or an unproven domain is not.
_OURS = frozenset({"source", "content", "connection"})


def counts_of(answers: Iterable[Answer], *, provider: str) -> Counts:
    """Sums over the recipients that a server spoke of; silence says nothing about an address."""
    counts = Counts()
    for answer in answers:
        if answer.code is None and answer.verdict != "delivered" and not answer.maybe_delivered:
            continue
        counts.sent += 1
        if answer.verdict != "delivered":
            _count(counts, answer, _meaning(answer, provider))
    return counts


def _count(counts: Counts, answer: Answer, meaning: Classified) -> None:
    counts.hard += meaning.is_of_recipient
    counts.blocked += meaning.kind == "block" and meaning.scope == "source"
    counts.deferred += (
        answer.verdict == "deferred"
        and meaning.scope in _OURS
        and meaning.reason != "greylisted"  # greylists do it to everybody they do not know
    )


def _meaning(answer: Answer, provider: str) -> Classified:
    return classify(
        code=answer.code,
        enhanced=answer.enhanced,
        text=answer.text,
        phase=answer.phase,
        provider=provider,
    )
