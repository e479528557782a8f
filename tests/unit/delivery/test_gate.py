"""A job goes when its source, its turn and its limits say so, and goes back when they do not."""

import asyncio
from types import SimpleNamespace
from uuid import uuid4

import pytest

from mailcore.delivery.engine.gate import Gate, NotHere, NotNow
from mailcore.delivery.ports import Elsewhere, Source, Wait
from mailcore.delivery.remote import Route
from mailcore.delivery.smtp.envelope import Answer

ROUTE = Route(domain="outside.test", site="mx.outside.test", provider="other", targets=())
SOURCE = Source(address="127.77.101.30", ehlo="out1.infra.test")
ACME, OTHER = uuid4(), uuid4()
DONE = Answer(verdict="delivered", phase="done", code=250)


class Book:
    """Sources that remember what they were told."""

    def __init__(self, choice=SOURCE):
        self.choice, self.told = choice, []

    def choose(self, errand, *, now):
        return self.choice

    def tried(self, errand, *, source, answers):
        self.told.append(list(answers))


class Limits:
    """Limits that say WAITS one after the other, then yes."""

    def __init__(self, *waits, connections=1):
        self.waits, self.open, self.learned, self.closed = list(waits), connections, [], None

    async def admit(self, errand, *, source):
        return self.waits.pop(0) if self.waits else None

    async def may_connect(self, errand, *, source):
        return self.closed

    def connections(self, errand, *, source):
        return self.open

    def messages_per_connection(self, errand):
        return 20

    def needs_tls(self, errand):
        return errand.provider == "other"

    def heard(self, errand, *, source, answers):
        self.learned += answers


def _job(reseller_id=ACME):
    message = SimpleNamespace(
        reseller_id=reseller_id,
        stream="mailbox",
        pool="default",
        prio=1,
        attempts=1,
        passed_at=None,
    )
    return SimpleNamespace(message=message, recipients=(message,), site="outside.test")


async def _through(gate, job=None):
    async with gate.passage(job or _job(), ROUTE) as passage:
        passage.heard([DONE])
        return passage


def test_a_job_hears_its_source_and_limits_and_both_hear_the_answers():
    book, limits = Book(), Limits(connections=5)
    passage = asyncio.run(_through(Gate(sources=book, shaper=limits, at_home=1)))
    assert (passage.source, passage.connections, passage.messages) == (SOURCE, 5, 20)
    assert passage.needs_tls
    assert book.told == [[DONE]]
    assert limits.learned == [DONE]


def test_without_a_source_it_goes_back_with_the_reason():
    wait = Wait(seconds=60, reason="all members are suspended")
    with pytest.raises(NotNow, match="suspended") as told:
        asyncio.run(_through(Gate(sources=Book(wait), shaper=Limits(), at_home=1)))
    assert told.value.wait == wait


def test_what_another_nodes_source_is_to_take_goes_there():
    book = Book(choice=Elsewhere(node="node2"))
    with pytest.raises(NotHere, match="node2"):
        asyncio.run(_through(Gate(sources=book, shaper=Limits(), at_home=1)))
    assert not book.told, "nothing was promised"


def test_over_a_limit_it_goes_back_and_the_source_counts_nothing():
    book, wait = Book(), Wait(seconds=30, reason="rate of gmail")
    with pytest.raises(NotNow, match="rate"):
        asyncio.run(_through(Gate(sources=book, shaper=Limits(wait), at_home=1)))
    assert book.told == [[]]


def test_over_the_limit_of_new_connections_it_goes_back():
    async def connect(gate):
        async with gate.passage(_job(), ROUTE) as passage:
            await passage.may_connect()

    limits, book = Limits(), Book()
    limits.closed = Wait(seconds=5, reason="limit of new connections")
    with pytest.raises(NotNow, match="new connections"):
        asyncio.run(connect(Gate(sources=book, shaper=limits, at_home=1)))
    assert book.told == [[]], "nothing was sent"


def test_a_moment_is_waited_for_and_many_moments_are_not():
    moment = Wait(seconds=0.01, reason="rate")
    assert asyncio.run(_through(Gate(sources=Book(), shaper=Limits(moment), at_home=1)))
    moments = [Wait(seconds=0.3, reason="rate")] * 3
    with pytest.raises(NotNow):
        asyncio.run(_through(Gate(sources=Book(), shaper=Limits(*moments), at_home=1)))


def test_a_site_that_stands_still_keeps_only_a_handful_of_jobs_of_ours():
    async def main():
        gate = Gate(sources=Book(), shaper=Limits(connections=1), at_home=1)
        hold = asyncio.Event()

        async def slow():
            async with gate.passage(_job(), ROUTE):
                await hold.wait()

        waiting = [asyncio.create_task(slow()) for _ in range(100)]
        for _ in range(10):  # turns of the loop, no time
            await asyncio.sleep(0)
        refused = [task for task in waiting if task.done()]
        hold.set()
        await asyncio.gather(*waiting, return_exceptions=True)
        return refused

    refused = asyncio.run(main())
    assert 90 <= len(refused) <= 97
    assert all(isinstance(task.exception(), NotNow) for task in refused)
