"""What a mailbox sends in a day: beyond the limit it is accepted, waits, and somebody is told."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import StringIO

import psycopg
import pytest
import time_machine
from django.conf import settings
from django.core.management import call_command

from controlplane import dispatch
from kernel import clock, ids, keys
from kernel.models import OutboxEvent
from kernel.roles import as_role
from mailcore.delivery import limits
from mailcore.delivery.accept.batch import ACCEPT, Batch, Known
from mailcore.delivery.accept.submission import Owner, Recipient, Stream, Submission

pytestmark = pytest.mark.django_db(transaction=True)
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
Accept = Callable[..., None]


@pytest.fixture
def limit(acme) -> Callable[..., None]:
    """Give Acme limits of its own."""

    def limit(**most: int) -> None:
        given = [
            part
            for name, number in most.items()
            for part in (f"--{name.replace('_', '-')}", str(number))
        ]
        with as_role("operator"):
            call_command("limits", "acme", *given, stdout=StringIO())

    return limit


@pytest.fixture
def accept(acme) -> Accept:
    """Store messages of one mailbox in one batch, as the daemon does."""
    key_id, key = keys.current_key(acme.reseller.public_id)
    owner = Owner(
        reseller_id=acme.reseller.public_id,
        organisation_id=acme.organisation.public_id,
        mailbox_id=ids.uuid7(),
        key_id=key_id,
        key=key,
    )

    def accept(*messages: str, at: datetime = NOON) -> None:
        batch = Batch(Known())
        for addresses in messages:
            submission = Submission(
                stream=Stream.MAILBOX,
                submitter="anna@client.test",
                envelope_from="anna@client.test",
                from_domain="client.test",
                recipients=tuple(Recipient(address=a) for a in addresses.split()),
                message=b"Subject: x\r\n\r\nx\r\n",
                accepted_at=at,
            )
            batch.add(submission, owner=owner)
        with psycopg.connect(settings.DSN("delivery"), autocommit=True) as connection:
            connection.execute(ACCEPT, batch.parameters())

    return accept


@pytest.fixture
def queue(rows) -> Callable[[], list[tuple[object, ...]]]:
    """Address, reason and day of release of everybody in the queue, in the order of acceptance."""

    def queue() -> list[tuple[object, ...]]:
        found = rows(
            "SELECT address, state, held_reason, held_until, expires_at - due AS life"
            " FROM queue_entry q JOIN recipient r ON r.id = q.recipient_id"
            " JOIN delivery_event e ON e.recipient_id = r.id AND kind = 'received' ORDER BY seq"
        )
        for row in found:
            assert (row["state"] == "held") == (row["held_reason"] is not None)
            waits = row["held_until"] - NOON if row["held_until"] else timedelta(0)
            assert row["life"] >= waits + timedelta(days=5) * settings.DELAY_SCALE
        return [
            (row["address"][:1], row["held_reason"], row["held_until"] and row["held_until"].day)
            for row in found
        ]

    return queue


def test_within_the_limit_everything_goes(accept, limit, queue):
    limit(messages=2, recipients=3, new_recipients=3)
    accept("a@x.test b@x.test", "c@x.test")
    assert queue() == [("a", None, None), ("b", None, None), ("c", None, None)]


def test_messages_beyond_the_limit_wait_for_the_days_after(accept, limit, queue, rows):
    limit(messages=2)
    accept("a@x.test", "b@x.test", "c@x.test", "d@x.test")
    accept("e@x.test")
    why = "limit.messages"
    assert queue() == [
        ("a", None, None), ("b", None, None), ("c", why, 23), ("d", why, 23), ("e", why, 24),
    ]  # fmt: skip
    told = rows("SELECT data FROM delivery_event WHERE kind = 'held' ORDER BY seq")
    assert [row["data"]["reason"] for row in told] == [why] * 3
    assert {row["site"] for row in rows("SELECT site FROM active_pair")} == {"x.test"}


def test_a_new_day_begins_at_nothing(accept, limit, queue):
    limit(messages=1)
    accept("a@x.test", at=NOON)
    accept("b@x.test", at=NOON + timedelta(days=1))
    assert [reason for _, reason, _ in queue()] == [None, None]


def test_a_message_waits_with_all_its_recipients(accept, limit, queue):
    limit(recipients=3)
    accept("a@x.test b@x.test", "c@x.test d@x.test", "e@x.test")
    why = "limit.recipients"
    assert queue() == [
        ("a", None, None), ("b", None, None), ("c", why, 23), ("d", why, 23), ("e", why, 23),
    ]  # fmt: skip


def test_those_who_were_written_to_before_are_not_limited_as_new(accept, limit, queue):
    limit(new_recipients=2)
    accept("a@x.test b@x.test", at=NOON - timedelta(days=1))
    accept("c@x.test d@x.test", "A@x.test", "e@x.test a@x.test", "b@x.test c@x.test")
    why = "limit.new_recipients"
    assert queue()[2:] == [
        ("c", None, None), ("d", None, None), ("A", None, None),
        ("e", why, 23), ("a", why, 23), ("b", None, None), ("c", None, None),
    ]  # fmt: skip


def test_writing_twice_makes_nobody_known(accept, limit, queue):
    limit(new_recipients=1)
    accept("a@x.test", "b@x.test")
    accept("b@x.test")
    accept("b@x.test", at=NOON + timedelta(days=1))
    why = "limit.new_recipients"
    assert queue() == [("a", None, None), ("b", why, 23), ("b", why, 23), ("b", None, None)]


def test_the_alarm_is_given_once_and_mailed_to_the_owner(accept, limit, mailoutbox):
    limit(messages=1)
    for _ in range(3):
        accept("a@x.test", "b@x.test")
    with as_role("worker"):
        (event,) = OutboxEvent.objects.filter(type="mailbox.limit_reached")
    assert event.data["address"] == "anna@client.test"
    with as_role("worker"), time_machine.travel(NOON + timedelta(minutes=1)):
        dispatch.dispatch_due()
    assert [message.to for message in mailoutbox] == [["owner@acme.test"]]
    assert "anna@client.test" in mailoutbox[0].subject
    assert (event.data["limit"], event.data["day"]) == ("limit.messages", "2026-11-22")


def test_writers_in_parallel_let_no_message_too_many_through(accept, limit, rows):
    limit(messages=50)
    batches = [[f"r{n}-{m}@x.test" for m in range(10)] for n in range(12)]
    threads = [threading.Thread(target=accept, args=batch) for batch in batches]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (usage,) = rows("SELECT * FROM mailbox_usage")
    assert (usage["messages"], usage["recipients"], usage["new_recipients"]) == (120, 120, 120)
    (free,) = rows("SELECT count(*) AS n FROM queue_entry WHERE state = 'ready'")
    assert free["n"] == 50


def test_the_daemon_counts_for_the_mailbox_that_logged_in(anna, limit, start, letter, rows):
    limit(messages=2)
    client = start().connect()
    for _ in range(3):
        assert client.send(letter(), "<x@outside.test>", "<ben@client.test>")[1][:3] == b"250"
    states = rows("SELECT state, count(*) AS n FROM queue_entry GROUP BY 1 ORDER BY 1")
    assert [(row["state"], row["n"]) for row in states] == [("held", 2), ("ready", 4)]
    (usage,) = rows("SELECT u.* FROM mailbox_usage u JOIN mailbox_login ON public_id = mailbox_id")
    assert (usage["messages"], usage["new_recipients"]) == (3, 2)


def test_what_belongs_to_nobody_is_forgotten(anna, start, letter, rows, accept):
    start().connect().send(letter(), "<x@outside.test>")
    accept("a@x.test", at=clock.now())
    assert len(rows("SELECT 1 FROM mailbox_usage")) == len(rows("SELECT 1 FROM correspondent")) == 2
    with as_role("worker"):
        assert limits.forget_usage() == 2
    (kept,) = rows("SELECT address FROM mailbox_login JOIN correspondent ON public_id = mailbox_id")
    assert kept["address"] == anna
