"""What an answer means: final or not, when again, and whether the sender is told."""

from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Literal
from uuid import UUID

from kernel import ids
from mailcore.delivery import retry
from mailcore.delivery.jobs import Claimed
from mailcore.delivery.smtp.envelope import Answer
from mailcore.protocol import dsn
from mailcore.protocol.dsn import Action

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A try with its consequence."""

    tried: Try
    outcome: Outcome
    due: datetime | None = None
    maybe_count: int = 0
    delay_notified: bool = False
    notice: Action | None = None

    def as_row(self) -> dict[str, object]:
        """The columns of finish.sql, as JSON takes them."""
        claimed, answer = self.tried.claimed, self.tried.answer
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
            "outcome": self.outcome,
            "maybe_delivered": answer.maybe_delivered,
            "is_final": self.outcome != "deferred",
            "due": self.due.isoformat() if self.due else None,
            "maybe_count": self.maybe_count,
            "delay_notified": self.delay_notified,
        }


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
    if answer.verdict == "delivered":
        return Result(tried=tried, outcome="delivered", notice=_success_notice(tried))
    if answer.verdict == "bounced":
        return Result(tried=tried, outcome="bounced", notice=_wanted(claimed, "failed"))
    maybe_count = claimed.maybe_delivered + (1 if answer.maybe_delivered else 0)
    if answer.maybe_delivered and maybe_count >= retry.MAX_MAYBE_DELIVERED:
        return Result(tried=tried, outcome="bounced", notice=_wanted(claimed, "failed"))
    if tried.ended_at >= claimed.expires_at:
        return Result(tried=tried, outcome="expired", notice=_wanted(claimed, "failed"))
    return _deferred(tried, maybe_count=maybe_count, scale=scale, random=random)


def _deferred(tried: Try, *, maybe_count: int, scale: float, random: Random) -> Result:
    claimed, now = tried.claimed, tried.ended_at
    wait = retry.delay(stream=claimed.stream, attempts=claimed.attempts, scale=scale, random=random)
    if tried.answer.maybe_delivered:
        wait = max(wait, retry.delay_when_maybe_delivered(scale=scale))
    is_late = now - claimed.accepted_at >= retry.delay_notice(scale=scale)
    notice = _wanted(claimed, "delayed") if is_late and not claimed.delay_notified else None
    return Result(
        tried=tried,
        outcome="deferred",
        # The last try is made when the time is up, not some step before it.
        due=min(now + wait, claimed.expires_at),
        maybe_count=maybe_count,
        delay_notified=claimed.delay_notified or notice is not None,
        notice=notice,
    )


def _success_notice(tried: Try) -> Action | None:
    if tried.claimed.site == "local":
        return _wanted(tried.claimed, "delivered")
    # A server with DSN takes the duty over (RFC 3461 §5.2.2); for one without, we say "relayed".
    return None if tried.answer.offers_dsn else _wanted(tried.claimed, "relayed")


def _wanted(claimed: Claimed, action: Action) -> Action | None:
    """The action when somebody wants to hear of it; the null sender never does."""
    if not claimed.envelope_from or claimed.stream not in NOTIFIED_STREAMS:
        return None
    return action if dsn.is_wanted(claimed.dsn_notify, action) else None
