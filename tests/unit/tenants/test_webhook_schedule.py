"""When a delivery is tried again, and when it is given up."""

from datetime import UTC, datetime, timedelta
from random import Random

from tenants.webhooks import schedule

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)


def _next(now, attempts, *, wish=timedelta(0)):
    return schedule.next_try(
        now=now, attempts=attempts, give_up_at=NOW + schedule.GIVE_UP_AFTER, wish=wish,
        scale=1.0, random=Random(1),
    )  # fmt: skip


def test_tries_go_on_for_three_days_and_then_end():
    now, tries = NOW, []
    while (due := _next(now, len(tries) + 1)) is not None:
        tries.append(due - now)
        now = due
    assert now == NOW + timedelta(days=3), "the last try is made when the time is up"
    assert 10 <= len(tries) + 1 < schedule.MOST_ATTEMPTS
    assert tries[0] < timedelta(seconds=6)
    assert max(tries) < timedelta(hours=16)


def test_a_receiver_may_ask_for_patience_within_bounds():
    assert _next(NOW, 1, wish=timedelta(minutes=10)) == NOW + timedelta(minutes=10)
    assert _next(NOW, 1, wish=timedelta(days=9)) == NOW + schedule.LONGEST_WISH


def test_a_sender_that_never_comes_back_ends_too():
    assert _next(NOW, schedule.MOST_ATTEMPTS) is None


def test_an_endpoint_that_fails_rests_longer_and_longer_up_to_a_bound():
    rests = [schedule.gate(n, scale=1.0).total_seconds() for n in (1, 2, 3, 10, 10_000)]
    assert rests == [5, 10, 20, 300, 300]
