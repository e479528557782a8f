"""What an answer leads to: the next try, the end, and whether the sender hears of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import uuid4

import pytest

from mailcore.delivery import outcomes, retry
from mailcore.delivery.jobs import MAX_RECIPIENTS, Claimed, group
from mailcore.delivery.smtp.envelope import Answer

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
CLAIMED = Claimed(
    recipient_id=uuid4(),
    message_id=uuid4(),
    reseller_id=uuid4(),
    site="outside.test",
    lease_seq=1,
    lease_by=1,
    attempts=1,
    maybe_delivered=0,
    expires_at=NOW + timedelta(days=5),
    delay_notified=False,
    address="bob@outside.test",
    domain="outside.test",
    dsn_notify=None,
    dsn_orcpt=None,
    organisation_id=None,
    stream="mailbox",
    submitter="",
    envelope_from="shop@client.test",
    from_domain="client.test",
    size=100,
    is_smtputf8=False,
    is_8bit=False,
    dsn_ret=None,
    dsn_envid=None,
    accepted_at=NOW,
)
LATER = Answer(verdict="deferred", phase="rcpt", code=451)


def _settle(answer, *, at=NOW, scale=1.0, **changes):
    tried = outcomes.record(replace(CLAIMED, **changes), answer, started_at=at, ended_at=at)
    return outcomes.settle(tried, scale=scale, random=Random(1))


@pytest.mark.parametrize(
    ("stream", "attempts", "minutes"),
    [("mailbox", 1, 5), ("mailbox", 6, 160), ("mailbox", 50, 240), ("bulk", 1, 20)],
)
def test_each_stream_waits_its_own_time(stream, attempts, minutes):
    wait = _settle(LATER, stream=stream, attempts=attempts).due - NOW
    assert timedelta(minutes=minutes * 0.8) <= wait <= timedelta(minutes=minutes * 1.2)


def test_delays_shrink_with_the_scale_that_tests_set():
    assert _settle(LATER, scale=0.01).due - NOW <= timedelta(seconds=3.6)


def test_who_may_have_the_message_is_not_tried_again_soon():
    doubt = Answer(verdict="deferred", phase="dot", maybe_delivered=True)
    result = _settle(doubt)
    assert result.due - NOW >= timedelta(seconds=retry.MAYBE_DELIVERED)
    assert result.maybe_count == 1


def test_after_two_such_tries_the_sender_is_told():
    doubt = Answer(verdict="deferred", phase="dot", maybe_delivered=True)
    result = _settle(doubt, maybe_delivered=1)
    assert (result.outcome, result.notice) == ("bounced", "failed")


def test_a_refusal_is_told_and_final():
    result = _settle(Answer(verdict="bounced", phase="rcpt", code=550))
    assert (result.outcome, result.notice, result.due) == ("bounced", "failed", None)


def test_the_last_try_is_at_the_end_of_the_time_and_then_it_expires():
    soon = NOW + timedelta(seconds=20)
    assert _settle(LATER, expires_at=soon).due == soon
    assert _settle(LATER, at=soon, expires_at=soon).outcome == "expired"


def test_a_delay_is_told_once_after_four_hours():
    late = NOW + timedelta(hours=4, minutes=1)
    first = _settle(LATER, at=late)
    assert (first.notice, first.delay_notified) == ("delayed", True)
    assert _settle(LATER, at=late, delay_notified=True).notice is None
    assert _settle(LATER).notice is None


@pytest.mark.parametrize(
    "changes", [{"envelope_from": ""}, {"dsn_notify": "NEVER"}, {"stream": "transactional"}]
)
def test_nobody_is_told_who_cannot_or_will_not_hear(changes):
    assert _settle(Answer(verdict="bounced", phase="rcpt", code=550), **changes).notice is None


def test_success_is_told_by_us_only_when_the_server_will_not():
    done = Answer(verdict="delivered", phase="done", code=250)
    assert _settle(done, dsn_notify="SUCCESS").notice == "relayed"
    assert _settle(replace(done, offers_dsn=True), dsn_notify="SUCCESS").notice is None
    assert _settle(done, dsn_notify="SUCCESS", site="local").notice == "delivered"


def test_a_reply_with_a_nul_can_be_stored():
    row = _settle(Answer(verdict="bounced", phase="rcpt", code=550, text="no\0no")).as_row()
    assert row["reply"] == "nono"


def test_recipients_of_one_message_at_one_site_travel_together():
    many = [replace(CLAIMED, recipient_id=uuid4()) for _ in range(MAX_RECIPIENTS + 1)]
    elsewhere = replace(CLAIMED, recipient_id=uuid4(), site="other.test")
    jobs = group([*many, elsewhere])
    assert [len(job.recipients) for job in jobs] == [MAX_RECIPIENTS, 1, 1]
