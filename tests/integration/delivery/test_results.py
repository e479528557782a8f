"""Results in the database: counted once, and with their meaning."""

from dataclasses import replace
from datetime import timedelta
from io import StringIO
from random import Random

import pytest
from django.core.management import call_command

from kernel import clock
from mailcore.delivery import outcomes
from mailcore.delivery.engine.results import FINISH, OUTCOMES, counted, of_finish, of_outcomes
from mailcore.delivery.smtp.envelope import Answer
from tests.integration.delivery.leases import leased

BLOCKED = Answer(
    verdict="bounced",
    phase="mail",
    code=550,
    enhanced="5.7.1",
    mx="a.olc.protection.outlook.com",
    source="192.0.2.1",
    text="550 5.7.1 part of their network is on our block list (S3150)",
)
DONE = Answer(verdict="delivered", phase="done", code=250, mx="mx.outside.test")
GONE = Answer(verdict="bounced", phase="rcpt", code=550, text="550 5.1.1 x", enhanced="5.1.1")


@pytest.fixture
def claim(database, transactional_db, submit):
    """Accept a message for an address, and claim it as an engine does."""

    def claim(address, **more):
        submit(address, **more)
        database.execute(
            "INSERT INTO public.egress_shard (node, shard, epoch) VALUES ('node1', 0, 1)"
            " ON CONFLICT DO NOTHING"
        )
        database.execute("UPDATE public.queue_entry SET node = 'node1', shard = 0")
        database.execute("UPDATE public.active_pair SET node = 'node1', shard = 0")
        database.execute(
            "UPDATE public.queue_entry SET state = 'leased', lease_by = 1, lease_seq = 1,"
            " attempts = 1, lease_until = now() + interval '1 min' WHERE state = 'ready'"
        )
        return next(c for c in leased(database) if c.address == address)

    return claim


@pytest.fixture
def finish(database):
    """Store results; the recipients that counted."""

    def finish(*results):
        told = counted(results, database.execute(FINISH, of_finish(results)).fetchall())
        if any(result.is_final for result in told):
            database.execute(OUTCOMES, of_outcomes(told))
        return [result.tried.claimed.recipient_id for result in told]

    return finish


def _settled(claimed, answer):
    now = clock.now()
    tried = outcomes.record(claimed, answer, started_at=now, ended_at=now)
    return outcomes.settle(tried, scale=1, random=Random(1))


def test_a_late_result_beside_the_one_that_counts_changes_nothing(database, claim, finish):
    claimed = claim("bob@outside.test")
    late = _settled(replace(claimed, lease_seq=0), BLOCKED)
    assert finish(late, _settled(claimed, DONE)) == [claimed.recipient_id]
    (status,) = database.execute("SELECT status FROM public.recipient").fetchone()
    assert status == "delivered"
    told = database.execute("SELECT outcome, late FROM public.attempt ORDER BY late").fetchall()
    assert told == [("delivered", False), (late.outcome, True)]


def test_an_attempt_and_its_event_say_what_the_reply_meant_once(database, claim, finish):
    claimed = claim("bob@outside.test")
    result = _settled(claimed, BLOCKED)
    assert finish(result) == [claimed.recipient_id]
    columns = "provider, reason, kind, scope"
    told = ("outlook", "blocklisted", "block", "source")
    assert database.execute(f"SELECT {columns} FROM public.attempt").fetchall() == [told]
    data = database.execute(
        "SELECT data FROM public.delivery_event WHERE kind = 'deferred'"
    ).fetchone()[0]
    assert tuple(data[name] for name in columns.split(", ")) == told
    assert data["waited"] >= 0
    assert finish(result) == [], (
        "its commit was not heard: a second time would tell the sender again"
    )
    assert _evidence(database) == [("deferred", False)]


def test_a_trace_shows_each_try_with_its_way_and_its_meaning(database, claim, finish):
    claimed = claim("bob@outside.test", message_id="<1@client.test>")
    finish(_settled(claimed, replace(BLOCKED, tls="TLSv1.3", address="198.51.100.1")))
    shown = StringIO()
    call_command("trace", "1@client.test", stdout=shown)
    accepted, recipient, attempt = shown.getvalue().splitlines()
    assert "accepted <1@client.test> (mailbox" in accepted
    assert recipient.startswith("  bob@outside.test: queued")
    host = "a.olc.protection.outlook.com [198.51.100.1]"
    assert f"deferred in mail (192.0.2.1 -> {host}, outlook, TLSv1.3) 550 5.7.1" in attempt
    assert attempt.endswith("(S3150) [blocklisted, block, source]")


def test_a_trace_tells_what_sent_nothing_from_what_went_in_the_clear(database, claim, finish):
    claimed = claim("bob@outside.test", message_id="<2@client.test>")
    refused = Answer(verdict="deferred", phase="starttls", enhanced="4.7.5", text="no", mx="mx.x")
    finish(_settled(claimed, refused))
    database.execute(
        "UPDATE public.recipient SET status = 'suppressed', final_at = now(), final_text = 'why'"
    )
    shown = StringIO()
    call_command("trace", "<2@client.test>", stdout=shown)
    _, recipient, attempt = shown.getvalue().splitlines()
    assert "suppressed" in recipient
    assert ": why" in recipient
    assert "in starttls (local -> mx.x, other) no [tls-required" in attempt


def test_a_final_result_whose_commit_was_not_heard_counts_once(database, claim, finish):
    results = [
        _settled(claim("bob@outside.test"), DONE),
        _settled(claim("ann@outside.test"), GONE),
    ]
    assert len(finish(*results)) == 2
    assert finish(*results) == []
    assert _evidence(database) == [("bounced", False), ("delivered", False)]


def test_a_result_whose_lease_ran_out_counts_unless_another_lease_began(database, claim, finish):
    claimed = claim("bob@outside.test")
    database.execute("UPDATE public.queue_entry SET state = 'ready', lease_until = NULL")
    result = _settled(claimed, BLOCKED)
    assert finish(result) == [claimed.recipient_id]
    due = database.execute("SELECT due FROM public.queue_entry").fetchone()[0]
    assert due - result.tried.ended_at > timedelta(minutes=10)
    database.execute("UPDATE public.queue_entry SET lease_seq = 2")
    assert finish(_settled(claimed, DONE)) == []
    assert _evidence(database) == [("deferred", False), ("delivered", True)]


def _evidence(database):
    """(outcome, late) of every try, in the order of the outcomes."""
    query = "SELECT outcome, late FROM public.attempt ORDER BY outcome"
    return database.execute(query).fetchall()


def test_what_is_held_meanwhile_stays_held(database, claim, finish):
    claimed = claim("bob@outside.test")
    database.execute("UPDATE public.queue_entry SET state = 'held', held_reason = 'poison'")
    assert finish(_settled(replace(claimed, attempts=2), BLOCKED)) == []
    assert database.execute("SELECT state FROM public.queue_entry").fetchone() == ("held",)
