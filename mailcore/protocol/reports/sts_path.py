"""From MTA-STS in testing to enforce (RFC 8461 §5), by what senders report (RFC 8460)."""

from dataclasses import dataclass

from mailcore.protocol.reports.dmarc_path import (
    MIN_DAYS,
    MIN_MESSAGES,
    MIN_SPAN,
    RECENT_MESSAGES,
    Verdict,
)

MODES = ("none", "testing", "enforce")
#: Share of sessions that may fail before we enforce, and from which on we step back to testing.
ACCEPTABLE, TOO_MUCH = 0.005, 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsEvidence:
    """What reports say of sessions held against our policy since its mode was set.

    `span`: days from the first one with data to today; `days`: with data in it.
    """

    mode: str
    span: int
    days: int
    sessions: int
    failed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsJudgement:
    """Whether the next step may be taken, and why (a code); `share` of sessions that failed."""

    verdict: Verdict
    code: str
    next_mode: str | None
    share: float | None


def judge(evidence: TlsEvidence) -> TlsJudgement:
    """What the evidence says of the step after `evidence.mode`."""
    share = evidence.failed / evidence.sessions if evidence.sessions else None
    at = MODES.index(evidence.mode) + 1
    following = MODES[at] if at < len(MODES) else None
    verdict, code = _verdict(evidence, following, share)
    return TlsJudgement(verdict=verdict, code=code, next_mode=following, share=share)


def steps_back(evidence: TlsEvidence) -> bool:
    """Whether to go back to testing: senders can no longer deliver, by reporters of weight."""
    if evidence.mode != "enforce" or evidence.sessions < RECENT_MESSAGES:
        return False
    return evidence.failed / evidence.sessions >= TOO_MUCH


def _verdict(
    evidence: TlsEvidence, following: str | None, share: float | None
) -> tuple[Verdict, str]:
    if following is None:
        return "done", "mta_sts.done"
    if following == "testing":  # refuses nothing: it only asks for reports
        return "ready", "mta_sts.can_test"
    if share is None:
        return "no_data", "mta_sts.no_data"
    enough = evidence.span >= MIN_SPAN and evidence.days >= MIN_DAYS
    if not enough or evidence.sessions < MIN_MESSAGES:
        return "no_data", "mta_sts.too_little"
    if share > ACCEPTABLE:
        return "not_yet", "mta_sts.failing"
    return "ready", "mta_sts.ready"
