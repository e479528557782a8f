"""Buckets of one process: the arithmetic that reserve.lua repeats."""

import pytest

from mailcore.delivery.shaping.gcra import Limit, LocalBuckets

LIMIT = Limit(key="a", rate=100)


def sent(buckets, *, seconds, limits=(LIMIT,), cost=1, start=0.0, step=0.001):
    """Recipients let through by a sender that asks every millisecond."""
    taken = 0
    for tick in range(round(seconds / step)):
        if buckets.reserve(limits, cost=cost, now=start + tick * step) is None:
            taken += cost
    return taken


def test_a_rate_is_kept_and_used():
    assert sent(LocalBuckets(born=0), seconds=10) == pytest.approx(1000, rel=0.02)


@pytest.mark.parametrize("rate", [1, 10, 100, 1000])
def test_no_second_passes_the_limit_by_more_than_a_fifth(rate):
    buckets = LocalBuckets(born=-100)
    most = sent(buckets, seconds=1, limits=(Limit(key="a", rate=rate),), step=0.0005)
    assert most <= 1.2 * rate or most <= rate + 1


def test_buckets_begin_empty():
    refusal = LocalBuckets(born=5).reserve([LIMIT], cost=1, now=5)
    assert refusal is not None
    assert refusal.seconds == pytest.approx(0.01)


def test_the_wait_is_exact():
    buckets = LocalBuckets(born=0)
    assert sent(buckets, seconds=1) > 0
    refusal = buckets.reserve([LIMIT], cost=1, now=1)
    while refusal is None:
        refusal = buckets.reserve([LIMIT], cost=1, now=1)
    assert buckets.reserve([LIMIT], cost=1, now=1 + refusal.seconds - 0.0001) is not None
    assert buckets.reserve([LIMIT], cost=1, now=1 + refusal.seconds) is None


def test_all_buckets_or_none():
    buckets, slow = LocalBuckets(born=-100), Limit(key="slow", rate=1)
    assert buckets.reserve([LIMIT, slow], cost=1, now=0) is None
    for _ in range(50):
        refusal = buckets.reserve([LIMIT, slow], cost=1, now=0)
        assert refusal is not None
        assert refusal.key == "slow"
    # Nothing of the fast one was taken meanwhile.
    assert sent(buckets, seconds=0.001, step=0.001) == 1
    assert sum(buckets.reserve([LIMIT], cost=1, now=0) is None for _ in range(50)) == 18


def test_a_message_to_many_goes_and_is_paid_for_afterwards():
    buckets = LocalBuckets(born=-100)
    assert buckets.reserve([LIMIT], cost=100, now=0) is None
    refusal = buckets.reserve([LIMIT], cost=1, now=0)
    assert refusal is not None
    assert refusal.seconds == pytest.approx(0.81)


def test_a_rate_that_rose_forgets_the_old_debt():
    buckets = LocalBuckets(born=-100)
    assert buckets.reserve([Limit(key="a", rate=1 / 60)], cost=10, now=0) is None
    refusal = buckets.reserve([LIMIT], cost=1, now=0)
    assert refusal is not None
    assert refusal.seconds < 2
