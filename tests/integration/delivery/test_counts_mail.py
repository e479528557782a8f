"""Mail is counted once, whatever happens between."""

import time

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from kernel.models import OutboxEvent
from kernel.roles import as_role
from kernel.tenancy import in_schema
from mailcore.delivery import readers
from mailcore.delivery.accept.submission import Stream
from tests.waiting import PATIENCE


def _count(*, total=0):
    """Count, and again while a transaction of somebody else on this server holds events back.

    It may hold back one of two messages: only the sum is sure, not how many events told it.
    """
    end = time.monotonic() + PATIENCE
    with in_schema("public"), as_role("worker"):
        while True:
            readers.count_mail()
            told = list(OutboxEvent.objects.filter(type="mail.counted").order_by("id"))
            if _sum(told) >= total or time.monotonic() > end:
                return told
            time.sleep(0.05)


def _sum(told):
    return sum(event.data["quantity"] for event in told)


@pytest.mark.django_db(transaction=True)
def test_each_accepted_recipient_is_counted_once(submit, acme):
    submit("bob@outside.test", "ann@outside.test")
    submit("eve@outside.test")
    first = _count(total=3)
    assert _sum(first) == 3
    event = first[0]
    assert event.reseller_id == acme.reseller.public_id
    assert event.data["organisation_id"] == str(acme.organisation.public_id)
    assert (event.data["from_domain"], event.data["stream"]) == ("client.test", "mailbox")
    assert len(_count()) == len(first), "nothing new, nothing counted"
    submit("bob@outside.test")
    later = _count(total=4)
    assert _sum(later) == 4
    assert len({event.data["key"] for event in later}) == len(later) == len(first) + 1


@pytest.mark.django_db(transaction=True)
def test_mail_of_the_system_costs_nobody_anything(submit):
    submit("bob@outside.test", "ann@outside.test", stream=Stream.SYSTEM)
    submit("bob@outside.test")
    assert _sum(_count(total=1)) == 1


@pytest.mark.django_db(transaction=True)
def test_mail_that_commits_late_is_not_passed_over(submit):
    """A plain id cursor loses the row of a transaction that began earlier and ends later."""
    with psycopg.connect(settings.DSN("delivery")) as slow:
        slow.execute("SELECT pg_current_xact_id()")
        submit("bob@outside.test")
        assert _count() == [], "an older transaction is still running"
        slow.commit()
    assert _sum(_count(total=1)) == 1


@pytest.mark.django_db(transaction=True)
def test_a_reader_that_is_killed_before_its_commit_counts_the_same_again(submit, monkeypatch):
    submit("bob@outside.test")

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(readers.outbox, "publish", fail)
        with pytest.raises(RuntimeError):
            _count(total=1)
    connection.close()
    assert _sum(_count(total=1)) == 1
