"""What an answer means: final or not, when again, and whether the sender is told.

A server's 4xx is tried again, its 5xx is final, but for one that speaks of us or of the connection
and not of the recipient (decision 0017): that one is tried again for a while, from elsewhere if
there is an elsewhere.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from random import Random
from typing import Literal
from uuid import UUID

from kernel import ids
from mailcore.delivery import retry
from mailcore.delivery.jobs import Claimed
from mailcore.delivery.local import LOCAL
from mailcore.delivery.smtp.envelope import Answer
from mailcore.protocol import dsn, providers
from mailcore.protocol.dsn import Action
from mailcore.protocol.reply_classes import Classified, classify

Outcome = Literal["delivered", "deferred", "bounced", "expired"]
#: Streams whose senders are people who read notifications; others have events.
NOTIFIED_STREAMS = frozenset({"mailbox"})
#: Stored of a reply.
MAX_REPLY = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """One try of one recipient; the ids are made once, so that storing it twice is one try."""

    claimed: Claimed
    answer: Answer
    started_at: datetime
    ended_at: datetime
    attempt_id: UUID
    event_id: UUID

    @property
    def provider(self) -> str:
        """Who answered, or whose server was silent; our own mail store is LOCAL."""
        if self.claimed.site == LOCAL:
            return LOCAL
        return _provider_at(self.answer.mx) if self.answer.mx else providers.OTHER

    def meaning(self) -> Classified | None:
        """What the refusal means; None when there was none."""
        answer = self.answer
        if answer.verdict == "delivered":
            return None
        return classify(
            code=answer.code,
            enhanced=answer.enhanced,
            text=answer.text,
            phase=answer.phase,
            provider=self.provider,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A try with its consequence."""

    tried: Try
    outcome: Outcome
    meaning: Classified | None = None
    due: datetime | None = None
    maybe_count: int = 0
    delay_notified: bool = False
    notice: Action | None = None

    @property
    def is_final(self) -> bool:
        """Whether the recipient leaves the queue."""
        return self.outcome != "deferred"

    def as_row(self) -> dict[str, object]:
        """The columns of finish.sql, as JSON takes them."""
        claimed, answer, meaning = self.tried.claimed, self.tried.answer, self.meaning
        return {
            "recipient_id": str(claimed.recipient_id),
            "message_id": str(claimed.message_id),
            "reseller_id": str(claimed.reseller_id),
            "organisation_id": str(claimed.organisation_id) if claimed.organisation_id else None,
            "stream": claimed.stream,
            "from_domain": claimed.from_domain,
            "lease_seq": claimed.lease_seq,
            "lease_by": claimed.lease_by,
            "attempts": claimed.attempts,
            "attempt_id": str(self.tried.attempt_id),
            "event_id": str(self.tried.event_id),
            "started_at": self.tried.started_at.isoformat(),
            "ended_at": self.tried.ended_at.isoformat(),
            "source": answer.source,
            "mx": answer.mx,
            "address": answer.address,
            "tls": answer.tls,
            "phase": answer.phase,
            "code": answer.code,
            "enhanced": answer.enhanced,
            "reply": answer.text.replace("\0", "")[:MAX_REPLY],
            "provider": self.tried.provider,
            "reason": meaning.reason if meaning else "",
            "kind": meaning.kind if meaning else "",
            "scope": meaning.scope if meaning else "",
            "waited": (self.tried.ended_at - claimed.accepted_at).total_seconds(),
            "outcome": self.outcome,
            "maybe_delivered": answer.maybe_delivered,
            "is_final": self.is_final,
            "due": self.due.isoformat() if self.due else None,
            "maybe_count": self.maybe_count,
            "delay_notified": self.delay_notified,
        }


@lru_cache(maxsize=65_536)
def _provider_at(host: str) -> str:
    """Asked for each result, of few hosts."""
    return providers.provider_of([host])


def record(claimed: Claimed, answer: Answer, *, started_at: datetime, ended_at: datetime) -> Try:
    """A try that just ended."""
    return Try(
        claimed=claimed,
        answer=answer,
        started_at=started_at,
        ended_at=ended_at,
        attempt_id=ids.uuid7(),
        event_id=ids.uuid7(),
    )


def settle(tried: Try, *, scale: float, random: Random) -> Result:
    """The consequence of a try."""
    claimed, answer = tried.claimed, tried.answer
    meaning = tried.meaning()
    if meaning is None:
        return Result(tried=tried, outcome="delivered", notice=_success_notice(tried))
    if _is_refused_for_good(tried, meaning, scale=scale):
        return _failed(tried, "bounced", meaning)
    maybe_count = claimed.maybe_delivered + (1 if answer.maybe_delivered else 0)
    if answer.maybe_delivered and maybe_count >= retry.MAX_MAYBE_DELIVERED:
        return _failed(tried, "bounced", meaning)
    if tried.ended_at >= claimed.expires_at:
        return _failed(tried, "expired", meaning)
    return _deferred(tried, meaning, maybe_count=maybe_count, scale=scale, random=random)


def _is_refused_for_good(tried: Try, meaning: Classified, *, scale: float) -> bool:
    """Said by a 5xx that will not pass; a host's 5xx greeting is one too, in the end."""
    if tried.answer.verdict != "bounced" and not _is_permanent(tried.answer):
        return False
    age = tried.ended_at - tried.claimed.accepted_at
    attempts = tried.claimed.attempts
    return not retry.is_passing(meaning, attempts=attempts, age=age, scale=scale)


def _is_permanent(answer: Answer) -> bool:
    return answer.code is not None and answer.code >= 500


def _failed(tried: Try, outcome: Outcome, meaning: Classified) -> Result:
    notice = _wanted(tried.claimed, "failed")
    return Result(tried=tried, outcome=outcome, meaning=meaning, notice=notice)


def _deferred(
    tried: Try, meaning: Classified, *, maybe_count: int, scale: float, random: Random
) -> Result:
    claimed, now = tried.claimed, tried.ended_at
    is_late = now - claimed.accepted_at >= retry.delay_notice(scale=scale)
    notice = _wanted(claimed, "delayed") if is_late and not claimed.delay_notified else None
    wait = _wait(tried, meaning, scale=scale, random=random)
    return Result(
        tried=tried,
        outcome="deferred",
        meaning=meaning,
        # The last try is made when the time is up, not some step before it.
        due=min(now + wait, claimed.expires_at),
        maybe_count=maybe_count,
        delay_notified=claimed.delay_notified or notice is not None,
        notice=notice,
    )


def _wait(tried: Try, meaning: Classified, *, scale: float, random: Random) -> timedelta:
    claimed, answer = tried.claimed, tried.answer
    wait = retry.delay(
        stream=claimed.stream,
        attempts=claimed.attempts,
        scale=scale,
        random=random,
        meaning=meaning,
        # Only a server's words are its wish; where none answered, they are ours.
        text=answer.text if answer.code is not None else "",
    )
    if answer.maybe_delivered:
        wait = max(wait, retry.delay_when_maybe_delivered(scale=scale))
    if _is_permanent(answer):
        wait = max(wait, retry.delay_when_refused(scale=scale))
    return wait


def _success_notice(tried: Try) -> Action | None:
    if tried.claimed.site == LOCAL:
        return _wanted(tried.claimed, "delivered")
    # A server with DSN takes the duty over (RFC 3461 §5.2.2); for one without, we say "relayed".
    return None if tried.answer.offers_dsn else _wanted(tried.claimed, "relayed")


def _wanted(claimed: Claimed, action: Action) -> Action | None:
    """The action when somebody wants to hear of it; the null sender never does."""
    if not claimed.envelope_from or claimed.stream not in NOTIFIED_STREAMS:
        return None
    return action if dsn.is_wanted(claimed.dsn_notify, action) else None
