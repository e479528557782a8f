"""What rules would have done to tries of the past: stored replies, played through again."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from mailcore.delivery.ports import Errand
from mailcore.delivery.shaping.adaptive import Adaptive
from mailcore.delivery.shaping.gcra import LocalBuckets
from mailcore.delivery.shaping.overlays import Overlay
from mailcore.delivery.shaping.rules import RuleSet
from mailcore.delivery.smtp.envelope import Answer, Phase, Verdict
from mailcore.protocol.providers import provider_of


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredReply:
    """A row of sql/shaping_replies.sql."""

    reseller_id: UUID
    stream: str
    domain: str
    provider: str
    source: str
    mx: str
    phase: Phase
    code: int | None
    enhanced: str
    reply: str
    outcome: str
    ended_at: datetime

    @property
    def known_provider(self) -> str:
        """As it was noted, or by the host that answered."""
        return self.provider or provider_of([self.mx])


@dataclass(slots=True, kw_only=True)
class Report:
    """What came of it: `fits` by rule, `held_back` by provider, `overlays` in order of time."""

    tries: int = 0
    fits: Counter[str] = field(default_factory=Counter)
    held_back: Counter[str] = field(default_factory=Counter)
    overlays: list[Overlay] = field(default_factory=list)


def replay(replies: Iterable[StoredReply], *, rules: RuleSet, scale: float = 1.0) -> Report:
    """Ask before each try as the engine does; a try that would have waited teaches nothing."""
    adaptive, report = Adaptive(rules, scale=scale), Report()
    buckets: LocalBuckets | None = None
    for stored in replies:
        now, at = stored.ended_at, stored.ended_at.timestamp()
        # Full at the beginning: there was a time before the first stored reply.
        buckets = buckets or LocalBuckets(born=at - 3600)
        errand, provider = _errand(stored), stored.known_provider
        report.tries += 1
        rule = rules.reply_rule(stored.reply, provider=provider)
        if rule and stored.outcome != "delivered":
            report.fits[rule.name] += 1
        if _goes(adaptive, buckets, errand, stored.source, now):
            report.overlays += adaptive.hear(
                errand, source=stored.source, answers=[_answer(stored)], now=now
            )
        else:
            report.held_back[provider] += 1
    return report


def _goes(
    adaptive: Adaptive, buckets: LocalBuckets, errand: Errand, source: str, now: datetime
) -> bool:
    if adaptive.wait(errand, source=source, now=now):
        return False
    limits = adaptive.limits(errand, source=source, now=now)
    refusal = buckets.reserve(limits, cost=errand.recipients, now=now.timestamp())
    if refusal:
        adaptive.stayed(errand, source=source, refusal=refusal, now=now)
        return False
    adaptive.left(errand, source=source, now=now)
    return True


def _errand(stored: StoredReply) -> Errand:
    return Errand(
        reseller_id=stored.reseller_id,
        stream=stored.stream,
        pool="default",
        site=stored.mx or stored.domain,
        provider=stored.known_provider,
        recipients=1,
        is_retry=False,
    )


def _answer(stored: StoredReply) -> Answer:
    verdicts: dict[str, Verdict] = {"delivered": "delivered", "bounced": "bounced"}
    return Answer(
        verdict=verdicts.get(stored.outcome, "deferred"),
        phase=stored.phase,
        code=stored.code,
        enhanced=stored.enhanced,
        text=stored.reply,
    )
