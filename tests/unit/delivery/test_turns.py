"""Nobody's mail stands behind somebody else's heap."""

import asyncio
from collections import Counter
from uuid import uuid4

from mailcore.delivery.engine.turns import Claim, Turns

BIG, SMALL = uuid4(), uuid4()


def _claim(reseller=BIG, *, prio=1, is_retry=False, cost=1):
    return Claim(reseller_id=reseller, prio=prio, is_retry=is_retry, cost=cost)


def _served(claims, *, cap=1):
    """The order in which these are served when all of them stand in line before the first one ends."""

    async def main():
        turns, order = Turns(), []

        async def one(claim):
            async with turns.turn("site", claim, cap=lambda: cap):
                await asyncio.sleep(0)
                order.append(claim)

        await asyncio.gather(*(one(claim) for claim in claims))
        assert not turns._lanes, "a lane that nobody uses is forgotten"
        return order

    return asyncio.run(main())


def test_a_small_reseller_waits_for_a_handful_not_for_the_big_ones_heap():
    order = _served([_claim() for _ in range(500)] + [_claim(SMALL)])
    assert order.index(_claim(SMALL)) <= 25


def test_resellers_share_by_recipients_not_by_messages():
    heavy = [_claim(cost=10) for _ in range(50)]
    light = [_claim(SMALL) for _ in range(500)]
    sent = Counter()
    for claim in _served(heavy + light)[:110]:
        sent[claim.reseller_id] += claim.cost
    assert abs(sent[BIG] - sent[SMALL]) <= 20


def test_a_message_that_costs_more_than_a_turn_is_served_all_the_same():
    assert _served([_claim(cost=95), _claim(SMALL, cost=100)])


def test_retries_neither_delay_new_mail_nor_stand_still():
    order = _served([_claim(is_retry=True) for _ in range(100)] + [_claim() for _ in range(100)])
    first = Counter(claim.is_retry for claim in order[1:101])
    assert 20 <= first[True] <= 30


def test_transactional_mail_goes_before_bulk_of_the_same_reseller():
    order = _served([_claim(prio=3) for _ in range(20)] + [_claim(prio=2)])
    assert order.index(_claim(prio=2)) <= 1


def test_no_more_run_at_once_than_the_place_takes_and_one_always_may():
    async def main(cap):
        turns, running, most = Turns(), 0, 0

        async def one():
            nonlocal running, most
            async with turns.turn("site", _claim(), cap=lambda: cap):
                running += 1
                most = max(most, running)
                await asyncio.sleep(0.001)
                running -= 1

        await asyncio.gather(*(one() for _ in range(20)))
        return most

    assert asyncio.run(main(3)) == 3
    assert asyncio.run(main(0)) == 1


def test_a_job_that_gives_up_in_line_takes_no_place():
    async def main():
        turns = Turns()
        order = []

        async def one(name):
            async with turns.turn("site", _claim(), cap=lambda: 1):
                order.append(name)
                await asyncio.sleep(0.01)

        tasks = [asyncio.create_task(one(name)) for name in "abc"]
        await asyncio.sleep(0)
        tasks[1].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert not turns._lanes
        return order

    assert asyncio.run(main()) == ["a", "c"]


def test_somebodys_heap_fills_the_line_for_itself_alone():
    async def main():
        turns, hold, rooms = Turns(), asyncio.Event(), {}

        async def one(reseller):
            async with turns.turn("site", _claim(reseller), cap=lambda: 1):
                await hold.wait()

        async def fill(*resellers):
            tasks = []
            for reseller in resellers:
                if turns.has_room("site", reseller, most=8):
                    tasks.append(asyncio.create_task(one(reseller)))
                    await asyncio.sleep(0)
            return tasks

        waiting = await fill(*[BIG] * 50)
        rooms["big"] = len(waiting) - 1  # one is under way
        waiting += (small := await fill(*[SMALL] * 50))
        rooms["small"] = len(small)
        waiting += (others := await fill(*(uuid4() for _ in range(50))))
        rooms["all"] = rooms["big"] + rooms["small"] + len(others)
        hold.set()
        await asyncio.gather(*waiting)
        return rooms

    assert asyncio.run(main()) == {"big": 8, "small": 4, "all": 32}
