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
    pool="default",
    site="outside.test",
    prio=1,
    lease_seq=1,
    lease_by=1,
    attempts=1,
    maybe_delivered=0,
    expires_at=NOW + timedelta(days=5),
    delay_notified=False,
    passed_at=None,
    address="bob@outside.test",
    named="bob@outside.test",
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
    require_tls=None,
    body_hash=None,
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


BLOCKED = Answer(
    verdict="bounced",
    phase="mail",
    code=550,
    enhanced="5.7.1",
    mx="outlook-com.olc.protection.outlook.com",
    text="550 5.7.1 messages weren't sent, part of their network is on our block list (S3150)",
)


def test_a_refusal_of_our_network_is_tried_again_for_some_hours_and_then_told():
    first = _settle(BLOCKED)
    assert (first.outcome, first.notice) == ("deferred", None)
    assert first.due - NOW >= timedelta(seconds=retry.REFUSED_WAIT)
    assert _settle(BLOCKED, attempts=9).outcome == "deferred", "it is not old yet"
    old = {"accepted_at": NOW - timedelta(hours=5)}
    assert _settle(BLOCKED, attempts=2, **old).outcome == "deferred", "it was tried once before"
    last = _settle(BLOCKED, attempts=5, **old)
    assert (last.outcome, last.notice) == ("bounced", "failed")
    assert (last.meaning.reason, last.meaning.is_of_recipient) == ("blocklisted", False)


@pytest.mark.parametrize(
    ("code", "text", "outcome"),
    [
        (550, "5.1.1 user unknown", "bounced"),
        (552, "5.2.2 mailbox full", "bounced"),
        (550, "5.7.26 unauthenticated", "bounced"),
        (554, "5.7.1 message rejected as spam", "bounced"),
        (554, "5.7.1 client host blocked using zen.spamhaus.org", "deferred"),
        (550, "5.7.25 no PTR record", "deferred"),
        (552, "too many recipients", "deferred"),
        (550, "5.2.122 recipient rate limit", "deferred"),
        (503, "5.5.1 bad sequence of commands", "deferred"),
    ],
)
def test_only_what_another_try_can_cure_is_tried_again(code, text, outcome):
    enhanced = text.split()[0] if text[0] == "5" else ""
    answer = Answer(
        verdict="bounced", phase="rcpt", code=code, enhanced=enhanced, text=f"{code} {text}"
    )
    assert _settle(answer).outcome == outcome


def test_a_misunderstanding_is_cured_by_a_fresh_session_or_not_at_all():
    confused = Answer(verdict="bounced", phase="mail", code=503, text="503 bad sequence")
    assert _settle(confused, attempts=2).outcome == "bounced"


def test_a_host_that_greets_with_a_refusal_does_not_keep_mail_for_days():
    greeting = Answer(verdict="deferred", phase="connect", code=554, text="554 no service here")
    assert _settle(greeting).outcome == "deferred"
    old = {"accepted_at": NOW - timedelta(hours=5), "attempts": 6}
    assert _settle(greeting, **old).outcome == "bounced"


def _wait(text, *, code=450, **changes):
    answer = Answer(verdict="deferred", phase="rcpt", code=code, text=f"{code} {text}")
    return (_settle(answer, **changes).due - NOW).total_seconds() / 60


@pytest.mark.parametrize(
    ("text", "changes", "minutes"),
    [
        ("greylisted", {"stream": "transactional"}, 5),
        ("greylisted", {"stream": "bulk"}, 5),
        ("greylisted, come back in 00:10:00", {}, 10),
        ("greylisted for 60 seconds", {}, 5),
        ("rate limited, try again in 30 minutes", {"stream": "transactional"}, 30),
        ("busy, try again in 1 second", {}, 1),
        ("busy, try again in 99 hours", {}, 240),
        ("too many recipients", {}, 1),
        ("greylisted", {"attempts": 5}, 80),
    ],
)
def test_a_server_that_names_a_time_gets_it(text, changes, minutes):
    assert minutes <= _wait(text, **changes) <= minutes * 1.2


def test_our_own_words_are_no_servers_wish():
    silence = Answer(verdict="deferred", phase="dot", text="timed out after 3 hours")
    assert _settle(silence).due - NOW < timedelta(minutes=7)


def test_a_result_carries_who_refused_and_what_it_means():
    row = _settle(BLOCKED).as_row()
    assert (row["provider"], row["reason"], row["kind"], row["scope"]) == (
        "outlook",
        "blocklisted",
        "block",
        "source",
    )
    done = _settle(Answer(verdict="delivered", phase="done", code=250), site="local").as_row()
    assert (done["provider"], done["reason"]) == ("local", "")


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
