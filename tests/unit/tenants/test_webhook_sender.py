"""The sender's own part: what it does when the database does not do its part."""

import asyncio
from datetime import UTC, datetime, timedelta

import psycopg

from kernel import ids
from tenants.webhooks.sender.loop import Sender
from tenants.webhooks.sender.posting import Answer
from tenants.webhooks.sender.store import Claimed

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)


def _claimed(body="{}"):
    return Claimed(
        public_id=ids.uuid7(), lease_seq=1, endpoint_id=ids.uuid7(), reseller_id=ids.uuid7(),
        event_id=ids.uuid7(), body=body, attempts=1, give_up_at=NOW + timedelta(days=3),
        url="https://hooks.example.com/", failures=0, secret=b"", previous_secret=None,
        previous_until=None,
    )  # fmt: skip


class Store:
    """Keeps results in memory; away as often as it is told, and one result never fits."""

    def __init__(self, *claims, away=0):
        self.claims, self.away, self.kept = list(claims), away, []

    async def claim(self, **_):
        claims, self.claims = self.claims, []
        return claims

    async def secrets(self, claimed, *, now):
        return [b"x" * 32]

    async def settle(self, results):
        if self.away:
            self.away -= 1
            raise psycopg.OperationalError("away")
        if any(one.claimed.body == "bad" for one in results):
            raise psycopg.DataError("does not fit")
        self.kept += [one.claimed.public_id for one in results]


class Poster:
    async def post(self, url, *, body, headers):
        return Answer(status=200)


def _run(store, *, until):
    async def scene():
        stop = asyncio.Event()
        sender = Sender(store, poster=Poster(), scale=1.0, now=lambda: NOW)
        running = asyncio.create_task(sender.run(stop))
        while not until():
            await asyncio.sleep(0.01)
        stop.set()
        await running

    asyncio.run(asyncio.wait_for(scene(), 60))


def test_results_wait_for_a_database_that_is_away(monkeypatch):
    monkeypatch.setattr("tenants.webhooks.sender.loop.AGAIN", 0.01)
    claims = [_claimed() for _ in range(3)]
    store = Store(*claims, away=4)
    _run(store, until=lambda: len(store.kept) == 3)
    assert sorted(store.kept) == sorted(one.public_id for one in claims)


def test_one_result_that_does_not_fit_keeps_no_other():
    bad, *good = [_claimed("bad"), _claimed(), _claimed()]
    store = Store(bad, *good)
    _run(store, until=lambda: len(store.kept) == 2)
    assert sorted(store.kept) == sorted(one.public_id for one in good)
