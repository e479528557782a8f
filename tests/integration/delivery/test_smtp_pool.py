"""Reused sessions, their limits, and which host is asked next."""

import asyncio
import contextlib
from dataclasses import replace

import pytest

from mailcore.delivery.smtp.envelope import ConnectionFailed
from tests.integration.delivery.scripted import CONTENT, ENVELOPE, Script, run, serving


async def prepare():
    return ENVELOPE, CONTENT


def deliver(pool, endpoints, *, connections=5, messages=10):
    return pool.deliver(
        site="x",
        endpoints=endpoints,
        prepare=prepare,
        before_dot=lambda _: None,
        connections=connections,
        messages=messages,
    )


class Counting(Script):
    """Counts the sessions that are open at once."""

    open = most = all = 0

    async def __call__(self, reader, writer):
        self.open, self.all = self.open + 1, self.all + 1
        self.most = max(self.most, self.open)
        with contextlib.suppress(asyncio.CancelledError):
            await super().__call__(reader, writer)
        self.open -= 1


@pytest.mark.parametrize("limit", [1, 3])
def test_no_more_sessions_are_open_than_the_call_allows(limit):
    script = Counting("PIPELINING", dot="250 ok")

    async def scene():
        async with serving(script) as (pool, endpoints):
            await asyncio.gather(*(deliver(pool, endpoints, connections=limit) for _ in range(9)))
            await pool.close_idle(older_than=-1)
        return pool

    pool = run(scene)
    assert script.most == limit
    assert pool._lanes == {}, "a site that nobody uses leaves nothing behind"


def test_a_limit_that_rises_lets_those_in_who_wait():
    script = Counting("PIPELINING", dot="250 ok")

    async def scene():
        async with serving(script) as (pool, endpoints):
            waiting = [deliver(pool, endpoints, connections=1) for _ in range(4)]
            await asyncio.gather(*waiting, deliver(pool, endpoints, connections=3))

    run(scene)
    assert script.most == 3


def test_a_session_ends_after_as_many_messages_as_the_call_allows():
    script = Counting("PIPELINING", dot="250 ok")

    async def scene():
        async with serving(script) as (pool, endpoints):
            for _ in range(4):
                await deliver(pool, endpoints, messages=2)

    run(scene)
    assert script.all == 2


def test_sessions_of_another_tls_policy_are_not_used():
    script = Counting("PIPELINING", dot="250 ok")

    async def scene():
        async with serving(script) as (pool, endpoints):
            await deliver(pool, endpoints)
            strict = replace(endpoints[0], policy=replace(endpoints[0].policy, level="must"))
            with pytest.raises(ConnectionFailed) as failure:
                await deliver(pool, [strict])
        return failure.value.answer

    answer = run(scene)
    assert (answer.phase, answer.enhanced) == ("starttls", "4.7.4")
    assert sum(line.startswith("MAIL") for line in script.heard) == 1


@pytest.mark.parametrize(
    "trouble",
    [
        {"greeting": "554 no"},
        {"greeting": "421 4.3.2 busy"},
        {"EHLO": "421 no", "HELO": "421 no"},
        {"MAIL": "452 4.3.1 disk full", "DATA": "503 no"},
    ],
)
def test_the_next_host_gets_what_the_first_one_cannot_take_before_rcpt(trouble):
    class Stubborn(Script):
        async def answer(self, word, reader, writer):
            if word in trouble:
                writer.write((trouble[word] + "\r\n").encode())
                return True
            return await super().answer(word, reader, writer)

    first, second = Stubborn("PIPELINING", **trouble), Script("PIPELINING", dot="250 ok")

    async def scene():
        async with serving(first, second) as (pool, endpoints):
            return await deliver(pool, endpoints)

    answers = run(scene)
    assert {(a.verdict, a.mx) for a in answers.values()} == {("delivered", "mx1.test")}
    assert "DATA" not in first.heard or not first.content


@pytest.mark.parametrize(
    "trouble",
    [{"MAIL": "451 4.7.1 slow down", "DATA": "503 no"}, {"greeting": "421 4.7.0 try again later"}],
)
def test_a_servers_opinion_of_us_is_not_asked_for_twice(trouble):
    second = Script("PIPELINING", dot="250 ok")

    async def scene():
        async with serving(Script("PIPELINING", **trouble), second) as (pool, endpoints):
            return await deliver(pool, endpoints)

    with pytest.raises(ConnectionFailed) as failure:
        run(scene)
    assert failure.value.answer.enhanced.startswith("4.7.")
    assert second.heard == []


def test_a_host_that_refuses_is_not_asked_on_its_other_addresses():
    script = Counting(greeting="554 no")

    async def scene():
        async with serving(script) as (pool, (endpoint,)):
            with pytest.raises(ConnectionFailed):
                await deliver(pool, [endpoint, replace(endpoint, helo="other")])

    run(scene)
    assert script.all == 1


def test_a_flood_of_words_ends_the_session():
    async def flood(reader, writer):
        with contextlib.suppress(OSError):
            while True:
                writer.write(b"220-" + b"x" * 60_000)
                await writer.drain()
        writer.close()

    async def scene():
        async with serving(flood) as (pool, endpoints):
            await deliver(pool, endpoints)

    with pytest.raises(ConnectionFailed) as failure:
        run(scene)
    assert not failure.value.answer.maybe_delivered


def test_a_message_that_cannot_be_prepared_costs_no_session():
    script = Counting("PIPELINING", dot="250 ok")

    async def scene():
        async def unprepared():
            raise ConnectionFailed("the spam filter is away", phase="scan")

        async with serving(script) as (pool, endpoints):
            with pytest.raises(ConnectionFailed):
                await pool.deliver(
                    site="x",
                    endpoints=endpoints,
                    prepare=unprepared,
                    before_dot=lambda _: None,
                    connections=1,
                    messages=10,
                )
            await deliver(pool, endpoints)

    run(scene)
    assert script.all == 1
