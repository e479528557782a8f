"""The way from p=none to p=reject (RFC 7489 §6.3), step by step, by what receivers report."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from mailcore.protocol.reports.senders import OURS, Group

Verdict = Literal["ready", "not_yet", "no_data", "done"]
STEPS = ("none", "quarantine", "reject")

#: Days that are looked at; of these, how far back data must reach, and on how many days there is any.
WINDOW, MIN_SPAN, MIN_DAYS = 28, 14, 7
#: Messages of known senders that a judgement needs at least.
MIN_MESSAGES = 50
#: Days that a policy stands before the next step.
SETTLING = 7
#: Share of known senders' mail that must pass before this policy is published.
ENOUGH = {"quarantine": 0.98, "reject": 0.995}
#: An unknown sender that fails this often a week, on so many days, is for a person to decide about.
NOTEWORTHY, NOTEWORTHY_DAYS = 10, 3

#: Stepping back: days that are looked at, mail and failures among it at least, reporters, share.
RECENT, RECENT_MESSAGES, RECENT_FAILING, RECENT_REPORTERS, TOO_LITTLE = 7, 100, 20, 2, 0.95
#: A service that other people use too counts only when its own good mail has become less than half.
BEFORE_MESSAGES, FALLEN = 30, 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """One sender's messages in the window; `forwarded` failed, but the receiver let them pass.

    `is_foreign`: the domain's owner said that this sender is none of theirs. `days`: with mail of
    it. `aligned_before`: passed in the WINDOW - RECENT days before, for stepping back only.
    """

    name: str
    group: Group
    messages: int
    aligned: int
    forwarded: int = 0
    days: int = 1
    is_foreign: bool = False
    aligned_before: int = 0

    @property
    def failing(self) -> int:
        """Messages that a policy hits."""
        return max(0, self.messages - self.aligned - self.forwarded)

    @property
    def is_counted(self) -> bool:
        """Whether this is mail that the domain's owner wants to arrive."""
        return self.group != "unknown" and not self.is_foreign


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What reports say: `span` from the first day with data to today, `days` with data in it.

    `reporters`: how many told of it, for stepping back only.
    """

    policy: str
    span: int
    days: int
    days_at_policy: int
    tallies: tuple[Tally, ...]
    reporters: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """Whether the next step may be taken, why (a code), and what would fail in a week.

    `share` is the part of known senders' mail that passes; None without such mail. `forged` is
    what of others' mail the policy would keep away, a week.
    """

    verdict: Verdict
    code: str
    next_policy: str | None
    share: float | None
    messages: int
    failing_sources: tuple[str, ...]
    undecided: tuple[str, ...]
    failing: int
    forged: int


def judge(evidence: Evidence) -> Judgement:
    """What the evidence says of the step after `evidence.policy`."""
    weeks = max(evidence.span, RECENT) / 7
    counted = [one for one in evidence.tallies if one.is_counted]
    undecided = [one for one in evidence.tallies if _is_undecided(one, weeks)]
    hit = [one for one in counted if one.failing] + undecided
    others = [one for one in evidence.tallies if one not in hit and not one.is_counted]
    messages = sum(one.messages - one.forwarded for one in counted)
    share = sum(one.aligned for one in counted) / messages if messages > 0 else None
    following = next_step(evidence.policy)
    verdict, code = _verdict(evidence, following, share, messages, bool(undecided))
    return Judgement(
        verdict=verdict,
        code=code,
        next_policy=following,
        share=share,
        messages=messages,
        failing_sources=tuple(one.name for one in _by_failing(hit)),
        undecided=tuple(one.name for one in _by_failing(undecided)),
        failing=_a_week(hit, weeks),
        forged=_a_week(others, weeks),
    )


def step_back(evidence: Evidence) -> str | None:
    """The milder policy to publish when wanted mail no longer passes; None while it does.

    `evidence` is of RECENT days, and of reporters only that no stranger can pass for. Whoever
    forges mail cannot bring this about: its own failures are no known sender's, and a service
    that it shares with the domain's owner counts only when the owner's own mail there has gone
    from passing to failing.
    """
    broken = [one for one in evidence.tallies if _has_fallen(one)]
    sound = [one for one in evidence.tallies if one.name == OURS and one not in broken]
    looked_at = [*broken, *sound]
    messages = sum(one.messages - one.forwarded for one in looked_at)
    failing = sum(one.failing for one in broken)
    enough = messages >= RECENT_MESSAGES and failing >= RECENT_FAILING
    if not enough or evidence.reporters < RECENT_REPORTERS or evidence.days < 2:
        return None
    if 1 - failing / messages >= TOO_LITTLE or evidence.policy not in STEPS[1:]:
        return None
    return STEPS[STEPS.index(evidence.policy) - 1]


def next_step(policy: str) -> str | None:
    """The stricter policy; None after the last."""
    at = STEPS.index(policy) + 1
    return STEPS[at] if at < len(STEPS) else None


def _verdict(
    evidence: Evidence,
    following: str | None,
    share: float | None,
    messages: int,
    has_undecided: bool,
) -> tuple[Verdict, str]:
    if following is None:
        return "done", "dmarc.done"
    if share is None or not evidence.days:
        return "no_data", "dmarc.no_data"
    if evidence.span < MIN_SPAN or evidence.days < MIN_DAYS or messages < MIN_MESSAGES:
        return "no_data", "dmarc.too_little"
    if evidence.days_at_policy < SETTLING:
        return "not_yet", "dmarc.settling"
    if share < ENOUGH[following]:
        return "not_yet", "dmarc.failing"
    if has_undecided:
        return "not_yet", "dmarc.undecided"
    return "ready", "dmarc.ready"


def _is_undecided(one: Tally, weeks: float) -> bool:
    is_open = one.group == "unknown" and not one.is_foreign
    return is_open and one.failing / weeks >= NOTEWORTHY and one.days >= NOTEWORTHY_DAYS


def _has_fallen(one: Tally) -> bool:
    if not one.is_counted or not one.failing:
        return False
    if one.name == OURS:
        return True
    per_day, before = one.aligned / RECENT, one.aligned_before / (WINDOW - RECENT)
    return one.aligned_before >= BEFORE_MESSAGES and per_day < FALLEN * before


def _by_failing(tallies: Sequence[Tally]) -> list[Tally]:
    return sorted(tallies, key=lambda one: (-one.failing, one.name))


def _a_week(tallies: Sequence[Tally], weeks: float) -> int:
    return math.ceil(sum(one.failing for one in tallies) / weeks)
