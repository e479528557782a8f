"""Sums by hour and alarms, out of the stream of mail facts."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest

from kernel import clock
from kernel.actor import Actor, ActorKind
from kernel.models import OutboxEvent
from kernel.roles import as_role
from kernel.tenancy import in_schema
from mailcore.delivery import readers
from mailcore.delivery.reporting import alarms, selectors
from tests.waiting import eventually

NOON = clock.now().replace(minute=0, second=0, microsecond=0)
OPERATOR = Actor(kind=ActorKind.OPERATOR, id="o", role="operator")
EVENT = """
INSERT INTO public.delivery_event (id, kind, reseller_id, stream, from_domain, occurred_at, data)
SELECT sec.uuid7(), %(kind)s, %(reseller)s, %(stream)s, 'client.test', %(at)s, %(data)s
FROM generate_series(1, %(times)s)
"""


@pytest.fixture
def happens(database, transactional_db, acme):
    """Write facts about mail of client.test."""

    def happens(event, *, times=1, at=NOON, stream="bulk", reseller=None, **data):
        parameters = {
            "kind": event,
            "reseller": reseller or acme.reseller.public_id,
            "stream": stream,
            "at": at,
            "data": json.dumps(data),
            "times": times,
        }
        database.execute(EVENT, parameters)

    return happens


def _as_worker(work):
    with in_schema("public"), as_role("worker"):
        return work()


def _sum(*, until):
    """Sum until so many facts were read: a transaction anywhere in the cluster holds readers up."""
    total = 0

    def reached() -> bool:
        nonlocal total
        total += _as_worker(readers.sum_hours)
        return total >= until

    eventually(reached)
    assert total == until


def test_facts_are_summed_by_hour_once_and_shown_to_their_reseller_only(happens, acme):
    happens("received", times=3)
    happens("delivered", times=2, provider="gmail", waited=1.5)
    happens("bounced", provider="gmail", kind="hard", waited=1)
    happens("delivered", reseller=uuid4())
    _sum(until=7)
    assert _as_worker(readers.sum_hours) == 0
    happens("delivered", provider="gmail", at=NOON + timedelta(minutes=59), waited=1)
    _sum(until=1)
    with in_schema(acme.reseller.schema_name), as_role("web"):
        sums = selectors.hour_sums(since=NOON, until=NOON + timedelta(hours=1))
        assert not selectors.hour_sums(since=NOON - timedelta(hours=9), until=NOON)
        assert not selectors.hour_sums(
            since=NOON, until=NOON + timedelta(hours=1), domain="other.test"
        )
    assert [(s.event, s.provider, s.kind, s.quantity, s.waited) for s in sums] == [
        ("received", "", "", 3, 0),
        ("bounced", "gmail", "hard", 1, 1),
        ("delivered", "gmail", "", 3, 4),
    ]


def _alarms(*, facts):
    _sum(until=facts)
    _as_worker(alarms.raise_alarms)
    return _told("delivery.alarm")


def _told(event):
    with in_schema("public"), as_role("worker"):
        events = OutboxEvent.objects.filter(type=event).order_by("id")
        return [
            (e.reseller_id, e.data["signal"], e.data["provider"], e.data["quantity"], e.data["of"])
            for e in events
        ]


def test_what_passes_a_warn_line_opens_one_alarm_and_recovers(happens, acme, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOON + timedelta(minutes=30))
    reseller = acme.reseller.public_id
    happens("delivered", times=200, provider="gmail")
    happens("bounced", times=3, kind="hard", provider="gmail")
    happens("bounced", times=9, kind="block", provider="gmail")
    assert _alarms(facts=212) == [], "3 of 212: a block says nothing about addresses"
    happens("bounced_late", times=2, kind="hard")
    expected = [(reseller, "hard_bounces", "", 5, 212)]
    assert _alarms(facts=2) == expected
    happens("delivered", times=50, provider="yahoo", stream="transactional")
    happens("deferred", times=50, provider="yahoo", stream="transactional", kind="soft")
    happens("deferred", times=500, provider="other", stream="transactional", kind="soft")
    happens("complained", times=2)
    expected += [(reseller, "complaints", "", 2, 200), (reseller, "deferrals", "yahoo", 50, 100)]
    assert sorted(_alarms(facts=602)) == sorted(expected), "what was said before is not said again"
    monkeypatch.setattr(clock, "now", lambda: NOON + timedelta(minutes=90))
    assert sorted(_alarms(facts=0)) == sorted(expected), "an alarm that stays is one alarm"
    # Deferrals of two hours ago are over; the seven days of the others are not.
    monkeypatch.setattr(clock, "now", lambda: NOON + timedelta(minutes=200))
    assert sorted(_alarms(facts=0)) == sorted(expected)
    assert _told("delivery.recovered") == [(reseller, "deferrals", "yahoo", 50, 100)]
    # The operator's page sees the alarms of all, a reseller's own role only its own.
    with in_schema("public"):
        seen = alarms.list_alarms(actor=OPERATOR)
    assert [(one.reseller, one.signal, one.recovered_at is None) for one in seen[-1:]] == [
        ("Acme", "deferrals", False)
    ]
    assert len(seen) == 3
    with in_schema("r_b00000000000"):
        assert alarms.list_alarms(actor=OPERATOR) == []
