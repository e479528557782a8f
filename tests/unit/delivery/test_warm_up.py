"""The calendar of a new address: steps, holds, steps back; forty days of it."""

from pathlib import Path

import pytest

from mailcore.delivery.egress.warmup import CALENDAR, WARM, Day, cap_of, group_of, judge
from tests.unit.delivery.warm_up import Played, picture, play

PICTURE = Path(__file__).parents[3] / "docs" / "warm-up.svg"
GOOD = Day(sent=100)


@pytest.fixture(scope="module")
def played() -> list[Played]:
    return list(play())


def test_no_day_of_forty_passes_its_cap_and_nothing_waits(played: list[Played]) -> None:
    capped = [day for day in played if day.cap is not None]
    assert all(day.sent <= day.cap for day in capped)
    assert all(day.sent >= day.cap * 0.9 for day in capped), "the cap is made use of"
    assert [day.cap for day in played[:5]] == [50, 75, 100, 150, 200]
    assert played[34].cap == 500_000
    assert played[35].cap is None


def test_a_bad_day_holds_and_a_refused_address_goes_three_steps_back(played: list[Played]) -> None:
    verdicts = {day.number: day.judgement.verdict for day in played}
    assert {number for number, verdict in verdicts.items() if verdict == "hold"} == {9}
    assert {number for number, verdict in verdicts.items() if verdict == "back"} == {17}
    assert played[9].cap == played[8].cap == 820
    assert (played[16].cap, played[17].cap) == (8700, 3150)


def test_a_cap_is_spread_over_the_hours(played: list[Played]) -> None:
    # In eight hours of even traffic at the earliest: no hour takes more than an eighth.
    assert all(max(day.by_hour) <= day.cap / 8 * 1.2 for day in played if day.cap is not None)


def test_the_picture_in_the_docs_is_the_play(played: list[Played]) -> None:
    assert PICTURE.read_text(encoding="utf-8") == picture(played)


@pytest.mark.parametrize(
    ("day", "verdict", "step"),
    [
        (GOOD, "step", 4),
        (Day(sent=49), "hold", 3),
        (Day(sent=100, deferred=5), "hold", 3),
        (Day(sent=100, hard=2), "hold", 3),
        (Day(sent=100, complaints=1), "hold", 3),
        (Day(sent=100, blocked=1), "step", 4),
        (Day(sent=100, blocked=2), "back", 1),
        (Day(listed_by=("zen.test",)), "back", 1),
        (Day(idle=30), "restart", 1),
        (Day(idle=31), "hold", 3),
    ],
)
def test_a_day_is_judged(day: Day, verdict: str, step: int) -> None:
    judgement = judge(3, day, group="gmail")
    assert (judgement.verdict, judgement.step) == (verdict, step)
    assert judgement.reason


def test_an_idle_month_leaves_a_third_even_of_a_warm_address() -> None:
    step = judge(WARM, Day(idle=30), group="rest").step
    assert CALENDAR[step - 1] <= CALENDAR[-1] / 3 < CALENDAR[step]
    assert judge(WARM, GOOD, group="rest").verdict == "warm"


def test_microsoft_gets_half_and_apple_a_quarter() -> None:
    assert [cap_of(1, group=group_of(p)) for p in ("gmail", "outlook", "m365", "apple", "gmx")] == [
        50, 25, 25, 12, 50,
    ]  # fmt: skip
    assert cap_of(WARM, group="apple") is None
