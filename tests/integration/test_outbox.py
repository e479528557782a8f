"""An event reaches its handlers once it is committed; a bad one neither blocks nor vanishes."""

from datetime import timedelta

import pytest
from django.db import transaction

from controlplane import dispatch
from kernel import clock
from kernel.models import OutboxEvent
from kernel.outbox import publish
from kernel.tenancy import current_reseller_id

pytestmark = pytest.mark.django_db


@pytest.fixture
def handlers(monkeypatch):
    table: dict = {}
    monkeypatch.setattr(dispatch, "HANDLERS", table)
    return table


def test_a_handler_runs_in_the_schema_of_the_events_reseller(acme, handlers):
    seen = []
    handlers["test.told"] = (lambda event: seen.append((event.data, current_reseller_id())),)
    publish("test.told", subject="x", data={"n": 1})
    dispatch.dispatch_due()
    assert seen == [({"n": 1}, acme.reseller.public_id)]
    assert not OutboxEvent.objects.exists()


def test_an_event_that_fails_stays_and_the_next_subject_goes_on(acme, handlers):
    seen = []

    def handle(event):
        if event.subject == "bad":
            raise ValueError("no")
        seen.append(event.subject)

    handlers["test.told"] = (handle,)
    publish("test.told", subject="bad")
    publish("test.told", subject="good")
    publish("test.told", subject="bad")
    dispatch.dispatch_due()
    assert seen == ["good"]
    first, second = OutboxEvent.objects.order_by("id")
    assert (first.attempts, second.attempts) == (1, 0)
    assert "ValueError: no" in first.error
    assert first.due_at > clock.now()


def test_what_a_failed_handler_wrote_is_undone(acme, handlers):
    def handle(event):
        publish("test.more", subject="half")
        raise RuntimeError

    handlers["test.told"] = (handle,)
    publish("test.told", subject="x")
    dispatch.dispatch_due()
    assert [event.type for event in OutboxEvent.objects.all()] == ["test.told"]


def test_an_event_that_keeps_failing_is_parked(acme, handlers):
    def handle(event):
        raise RuntimeError

    handlers["test.told"] = (handle,)
    publish("test.told", subject="x")
    for hour in range(dispatch.PARK_AFTER):
        with clock.at(clock.now() + timedelta(hours=hour)):
            dispatch.dispatch_due()
    event = OutboxEvent.objects.get()
    assert event.parked_at is not None
    assert event.attempts == dispatch.PARK_AFTER


def test_nothing_is_published_when_the_transaction_is_rolled_back(acme):
    def publish_and_fail():
        with transaction.atomic():
            publish("test.told", subject="x")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        publish_and_fail()
    assert not OutboxEvent.objects.exists()
