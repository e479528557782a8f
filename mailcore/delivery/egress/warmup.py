"""The warm-up calendar of a new address, one for each group of providers (delivery-plane §2.5)."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

Verdict = Literal["step", "hold", "back", "warm", "restart"]

#: Recipients a day at each step; beyond the last one an address is warm.
CALENDAR = (
    *(50, 75, 100, 150, 200, 300, 420, 590, 820, 1150, 1600, 2250, 3150, 4400, 6200),
    *(8700, 12_000, 17_000, 24_000, 33_000, 46_000, 65_000, 90_000, 125_000, 175_000),
    *(250_000, 300_000, 350_000, 420_000, 500_000),
)
WARM = len(CALENDAR) + 1

GROUP_OF = {
    "gmail": "gmail",
    "outlook": "microsoft",
    "m365": "microsoft",
    "yahoo": "yahoo",
    "apple": "apple",
}
REST = "rest"
#: What part of the calendar a group takes: the two edges of Microsoft judge together.
SHARES = {
    "gmail": Fraction(1),
    "microsoft": Fraction(1, 2),
    "yahoo": Fraction(1),
    "apple": Fraction(1, 4),
    REST: Fraction(1),
}

MOST_DEFERRED = Fraction(5, 100)
MOST_HARD = Fraction(2, 100)
MOST_COMPLAINTS = Fraction(1, 1000)
LEAST_VOLUME = Fraction(1, 2)
#: So many refusals of the address itself, and this part of all answers, are a signal.
LEAST_BLOCKED, BLOCKED_SHARE = 2, Fraction(1, 100)
STEPS_BACK = 3
IDLE_DAYS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What happened at a group of providers on a day, in recipients.

    `blocked`: refused because of the address itself; `listed_by`: zones that began to list it on
    this day; `suspended`: why its servers' replies stopped us for a second time; `idle`: days since
    anything was sent, this one included.
    """

    sent: int = 0
    deferred: int = 0
    hard: int = 0
    complaints: int = 0
    blocked: int = 0
    listed_by: tuple[str, ...] = ()
    suspended: str = ""
    idle: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """The step for the next day, and why."""

    step: int
    verdict: Verdict
    reason: str


def group_of(provider: str) -> str:
    """The group whose calendar a provider goes by."""
    return GROUP_OF.get(provider, REST)


def cap_of(step: int, *, group: str) -> int | None:
    """Recipients a day at a step; None when warm."""
    if step >= WARM:
        return None
    return max(1, int(CALENDAR[step - 1] * SHARES[group]))


def judge(step: int, day: Day, *, group: str) -> Judgement:
    """Where the next day begins: a step on, the same step, or back."""
    if day.idle and day.idle % IDLE_DAYS == 0:
        reason = f"nothing was sent for {day.idle} days: again from a third"
        return Judgement(step=_a_third(step), verdict="restart", reason=reason)
    cap = cap_of(step, group=group)
    if cap is None:
        return Judgement(step=WARM, verdict="warm", reason="the calendar is behind it")
    if reason := _signal(day):
        return Judgement(step=max(1, step - STEPS_BACK), verdict="back", reason=reason)
    if reason := _worse(day, cap=cap):
        return Judgement(step=step, verdict="hold", reason=reason)
    return Judgement(step=step + 1, verdict="step", reason=f"{day.sent} of {cap} went well")


def _signal(day: Day) -> str:
    if day.listed_by:
        return f"listed by {', '.join(day.listed_by)}"
    if day.suspended:
        return f"suspended again: {day.suspended}"
    if day.blocked >= LEAST_BLOCKED and day.blocked >= day.sent * BLOCKED_SHARE:
        return f"the address was refused {day.blocked} times"
    return ""


def _worse(day: Day, *, cap: int) -> str:
    if day.sent < cap * LEAST_VOLUME:
        return f"{day.sent} of {cap} were sent: too few to judge"
    for word, count, most in (
        ("deferred", day.deferred, MOST_DEFERRED),
        ("bounced hard", day.hard, MOST_HARD),
        ("called spam", day.complaints, MOST_COMPLAINTS),
    ):
        if count >= day.sent * most:
            share, limit = count / day.sent, float(most)
            return f"{share:.1%} were {word}, the limit is {limit:.1%}"
    return ""


def _a_third(step: int) -> int:
    """The last step that allows at most a third of this one."""
    most = CALENDAR[min(step, len(CALENDAR)) - 1] / 3
    return max([1, *(at for at, cap in enumerate(CALENDAR, start=1) if cap <= most)])
