"""Forty days of a new address beside a warm one, played through with a clock of its own.

`python -m tests.unit.delivery.warm_up` prints the picture in docs/warm-up.svg.
"""

import math
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from kernel import clock
from mailcore.delivery.egress.choice import Choice, Chooser
from mailcore.delivery.egress.members import Book, Member
from mailcore.delivery.egress.tally import Counts, Tally
from mailcore.delivery.egress.warmup import Day, Judgement, cap_of, judge
from mailcore.delivery.ports import Errand

OLD, NEW, GROUP, POOL = "192.0.2.1", "192.0.2.2", "gmail", "shared"
FIRST_DAY = datetime(2026, 3, 1, tzinfo=UTC)
DAYS, ERRANDS_A_DAY = 40, 400
#: What goes wrong on a day: (part deferred, part refused because of the address).
TROUBLE = {9: (0.08, 0.0), 17: (0.0, 0.02)}
MEMBERS = [
    Member(pool=POOL, address=OLD, ehlo="out1.test"),
    Member(pool=POOL, address=NEW, ehlo="out2.test"),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """A day of the new address: its cap (None: warm), what left it and what the old one took."""

    number: int
    cap: int | None
    sent: int
    elsewhere: int
    by_hour: tuple[int, ...]
    judgement: Judgement


def play(trouble: Mapping[int, tuple[float, float]] = TROUBLE) -> Iterator[Played]:
    """Four times as much mail as the cap, evenly over each day."""
    step, tally = 1, Tally()
    for number in range(1, DAYS + 1):
        cap = cap_of(step, group=GROUP)
        sent = _play_day(tally, step, begin=FIRST_DAY + timedelta(days=number - 1))
        mine, theirs = sum(sent[NEW].values()), sum(sent[OLD].values())
        deferred, blocked = trouble.get(number, (0.0, 0.0))
        seen = Day(sent=mine, deferred=int(mine * deferred), blocked=int(mine * blocked))
        found = judge(step, seen, group=GROUP)
        yield Played(
            number=number,
            cap=cap,
            sent=mine,
            elsewhere=theirs,
            by_hour=tuple(sent[NEW].get(hour, 0) for hour in range(24)),
            judgement=found,
        )
        step = found.step


def _play_day(tally: Tally, step: int, *, begin: datetime) -> dict[str, dict[int, int]]:
    chooser = Chooser(
        book=Book(pools={POOL: MEMBERS}, steps={(NEW, GROUP): step}),
        tally=tally,
        is_shunned=lambda _errand, _address: False,
    )
    sent: dict[str, dict[int, int]] = {OLD: {}, NEW: {}}
    recipients = max(1, (cap_of(step, group=GROUP) or 500_000) * 4 // ERRANDS_A_DAY)
    for turn in range(ERRANDS_A_DAY):
        with clock.at(begin + timedelta(days=1) / ERRANDS_A_DAY * turn):
            address = _send(chooser, tally, recipients=recipients, turn=turn)
            hour = clock.now().hour
        sent[address][hour] = sent[address].get(hour, 0) + recipients
    return sent


def _send(chooser: Chooser, tally: Tally, *, recipients: int, turn: int) -> str:
    now, place = clock.now(), (NEW, GROUP)
    errand = Errand(
        reseller_id=UUID(int=turn),
        stream="bulk",
        pool=POOL,
        site="mx.example",
        provider="gmail",
        recipients=recipients,
        is_retry=False,
    )
    choice = chooser.choose(errand, now=now)
    assert isinstance(choice, Choice), "an errand never has to wait"
    assert not choice.is_overflow, "the warm address takes what is too much"
    if choice.cap is not None:
        tally.promise(place, cap=choice.cap, recipients=recipients, now=now)
        counts = Counts(sent=recipients)
        tally.settle(place, recipients=recipients, counts=counts, cap=choice.cap, now=now)
    return choice.member.address


LEFT, TOP, WIDE, HIGH = 80, 40, 760, 300
FLOOR, DECADES = 1, 5


def picture(played: list[Played]) -> str:
    """Caps as steps, volumes as bars, on a logarithmic scale from 10 to a million."""
    lines = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {LEFT + WIDE + 20} {TOP + HIGH + 50}"'
            ' font-family="sans-serif" font-size="12">'
        ),
        '<rect width="100%" height="100%" fill="#fff"/>',
        (
            f'<text x="{LEFT}" y="20" font-size="14">Warm-up of a new address at Gmail:'
            " the day’s cap (line) and what left it (bars), recipients</text>"
        ),
        *_scale(),
        *(_bar(day) for day in played),
        _caps(played),
        *_remarks(played),
        f'<text x="{LEFT + WIDE / 2:.0f}" y="{TOP + HIGH + 40}" text-anchor="middle">day</text>',
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _x(number: float) -> float:
    return LEFT + (number - 1) * WIDE / DAYS


def _y(value: float) -> float:
    return TOP + HIGH - max(0.0, math.log10(max(value, 1)) - FLOOR) * HIGH / DECADES


def _scale() -> Iterator[str]:
    for power in range(FLOOR, FLOOR + DECADES + 1):
        y = _y(10**power)
        yield f'<path d="M{LEFT} {y:.1f}H{LEFT + WIDE}" stroke="#ddd"/>'
        yield f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{10**power:,}</text>'
    for number in range(1, DAYS + 1, 3):
        x = (_x(number) + _x(number + 1)) / 2
        yield f'<text x="{x:.1f}" y="{TOP + HIGH + 18}" text-anchor="middle">{number}</text>'


def _bar(day: Played) -> str:
    y = _y(day.sent)
    return (
        f'<rect x="{_x(day.number) + 2:.1f}" y="{y:.1f}" width="{WIDE / DAYS - 4:.1f}"'
        f' height="{TOP + HIGH - y:.1f}" fill="{_colour(day)}"/>'
    )


def _caps(played: list[Played]) -> str:
    capped = [day for day in played if day.cap is not None]
    steps = " ".join(
        f"{'M' if at == 0 else 'L'}{_x(day.number):.1f} {_y(day.cap or 0):.1f}"
        f"H{_x(day.number + 1):.1f}"
        for at, day in enumerate(capped)
    )
    return f'<path d="{steps}" fill="none" stroke="#1b4f72" stroke-width="2"/>'


def _remarks(played: list[Played]) -> Iterator[str]:
    words = {"hold": "hold", "back": "three steps back"}
    remarkable = [day for day in played if day.judgement.verdict in words]
    for line, day in enumerate(remarkable):
        y, what = TOP + 30 + 20 * line, words[day.judgement.verdict]
        yield f'<rect x="{LEFT + 10}" y="{y - 10}" width="10" height="10" fill="{_colour(day)}"/>'
        yield (
            f'<text x="{LEFT + 26}" y="{y}">day {day.number}, {what}: {day.judgement.reason}</text>'
        )


def _colour(day: Played) -> str:
    return {"hold": "#e0a030", "back": "#c0392b"}.get(day.judgement.verdict, "#7fb3d5")


if __name__ == "__main__":
    sys.stdout.write(picture(list(play())))
