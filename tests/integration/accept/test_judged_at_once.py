"""What is decided when a message is accepted: lanes, suppression, pauses; many messages at once."""

import email
from collections.abc import Callable, Iterator
from email import policy

import psycopg
import pytest
from django.conf import settings
from django.db import IntegrityError
from redis import Redis

from kernel import ids, keys
from mailcore.delivery import selectors, services
from mailcore.delivery.accept.submission import Recipient, Stream, Submission
from mailcore.protocol import dkim
from tests.waiting import PATIENCE

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def operate() -> Iterator[Callable[..., object]]:
    """Run a statement as the operator."""
    with psycopg.connect(settings.DSN("operator"), autocommit=True) as connection:
        yield connection.execute


@pytest.fixture
def forbid(operate) -> Callable[[str], None]:
    """Let an address get nothing from anybody, by law."""

    def forbid(address: str) -> None:
        operate(
            "INSERT INTO suppression (id, address, scope, reason, created_at)"
            " VALUES (%s, %s, 'global', 'law', now())",
            [ids.uuid7(), address],
        )

    return forbid


def _submission(*addresses: str, stream: Stream = Stream.TRANSACTIONAL) -> Submission:
    return Submission(
        stream=stream,
        envelope_from="bounce@client.test",
        from_domain="client.test",
        recipients=tuple(Recipient(address=address) for address in addresses),
        message=b"Subject: x\r\n\r\nHello\r\n\r\n\r\n",
    )


def test_the_body_is_hashed_as_it_will_be_signed(anna, acme, start, letter, rows):
    services.accept_message(_submission("x@x.test"), reseller_id=acme.reseller.public_id)
    start().connect().send(letter(), "<x@outside.test>")
    for row in rows("SELECT id, body_hash, body FROM message JOIN message_body USING (id)"):
        plain = keys.unseal_record(bytes(row["body"]), context=row["id"].bytes)
        assert bytes(row["body_hash"]) == dkim.body_hash(plain)


def test_mail_waits_in_the_pool_and_node_of_its_stream(acme, operate, rows):
    operate("INSERT INTO egress_pool VALUES ('mailings', NULL)")
    operate("INSERT INTO stream_pool VALUES (%s, 'bulk', 'mailings')", [acme.reseller.public_id])
    operate(
        "INSERT INTO egress_source (address, ehlo, node) VALUES ('127.77.1.60', 'o.test', 'n2')"
    )
    operate("INSERT INTO pool_member VALUES ('mailings', '127.77.1.60')")
    operate("INSERT INTO stream_pool VALUES (%s, 'system', 'mailings')", [acme.reseller.public_id])
    for stream in (Stream.SYSTEM, Stream.TRANSACTIONAL):
        submission = _submission("x@x.test", stream=stream)
        services.accept_message(submission, reseller_id=acme.reseller.public_id)
    lanes = {("mailings", "n2"), ("default", settings.EGRESS_NODE)}
    for table in ("queue_entry", "active_pair"):
        assert {(r["pool"], r["node"]) for r in rows(f"SELECT pool, node FROM {table}")} == lanes


def test_who_is_suppressed_ends_so_at_once(acme, forbid, rows):
    forbid("no@x.test")
    submission = _submission("no@x.test", "yes@x.test", "NO@X.test")
    services.accept_message(submission, reseller_id=acme.reseller.public_id)
    found = rows(
        "SELECT address, status, final_at IS NOT NULL AS is_final, final_text FROM recipient"
    )
    states = {row["address"]: (row["status"], row["is_final"]) for row in found}
    assert states == {
        "no@x.test": ("suppressed", True),
        "NO@x.test": ("suppressed", True),
        "yes@x.test": ("queued", False),
    }
    assert {row["final_text"] for row in found} == {None, "suppressed (global): law"}
    events = rows("SELECT kind, data FROM delivery_event WHERE kind <> 'received'")
    assert [(e["kind"], e["data"]) for e in events] == [
        ("suppressed", {"scope": "global", "reason": "law"})
    ] * 2
    assert len(rows("SELECT 1 FROM queue_entry")) == 1
    assert selectors.audit_queue()[0].is_sound


def test_a_persons_mail_is_refused_with_a_notice(anna, forbid, start, letter, rows):
    forbid("no@outside.test")
    to = ("<No@outside.test>", "<y@outside.test>", "<no@outside.test> NOTIFY=NEVER")
    assert {r[:3] for r in start().connect().send(letter(), *to)} == {b"250"}
    states = {
        r["address"]: r for r in rows("SELECT address, status, final_enhanced FROM recipient")
    }
    assert {address: row["status"] for address, row in states.items()} == {
        "No@outside.test": "bounced",
        "no@outside.test": "bounced",
        "y@outside.test": "queued",
        anna: "queued",
    }
    assert states["No@outside.test"]["final_enhanced"] == "5.7.1"
    (notice,) = rows(
        "SELECT m.id, envelope_from, stream, body FROM message m JOIN message_body USING (id)"
        " WHERE submitter = ''"
    )
    assert (notice["envelope_from"], notice["stream"]) == ("", "system")
    plain = keys.unseal_record(bytes(notice["body"]), context=notice["id"].bytes)
    told = email.message_from_bytes(plain, policy=policy.default)
    assert told["To"] == anna
    status = told.get_payload()[1].as_string()
    assert status.count("Final-Recipient:") == 1
    assert "No@outside.test" in status
    assert "Status: 5.7.1" in status
    assert selectors.audit_queue()[0].is_sound


def test_a_stream_that_is_paused_waits(acme, operate, rows):
    operate(
        "INSERT INTO stream_pause (reseller_id, stream, side, state, reason, since, by)"
        " VALUES (%s, 'transactional', 'signals', 'paused', 'hard_bounces', now(), 'system')",
        [acme.reseller.public_id],
    )
    services.accept_message(_submission("x@x.test"), reseller_id=acme.reseller.public_id)
    system = _submission("x@x.test", stream=Stream.SYSTEM)
    services.accept_message(system, reseller_id=acme.reseller.public_id)
    states = rows("SELECT state, held_reason, held_until FROM queue_entry ORDER BY state")
    assert [tuple(row.values()) for row in states] == [
        ("held", "stream paused: hard_bounces", None),
        ("ready", None, None),
    ]


def test_many_are_accepted_together_or_not_at_all(acme, rows):
    given = [_submission(f"r{n}@x.test") for n in range(250)]
    taken = services.accept_messages(given, reseller_id=acme.reseller.public_id)
    assert taken == [submission.id for submission in given]
    assert len(rows("SELECT 1 FROM queue_entry")) == 250
    doubled = [_submission("x@x.test") for _ in range(150)]
    doubled.append(doubled[0])
    with pytest.raises(IntegrityError):
        services.accept_messages(doubled, reseller_id=acme.reseller.public_id)
    assert len(rows("SELECT 1 FROM queue_entry")) == 250
    assert services.accept_messages([], reseller_id=acme.reseller.public_id) == []


def test_the_egress_node_is_woken_once_the_caller_has_committed(acme):
    redis = Redis.from_url(settings.REDIS_URL)
    channel = redis.pubsub(ignore_subscribe_messages=True)
    channel.subscribe(f"wake:{settings.EGRESS_NODE}")
    while not channel.subscribed or channel.get_message(timeout=0.2):
        pass
    services.accept_message(_submission("x@x.test"), reseller_id=acme.reseller.public_id)
    assert channel.get_message(timeout=PATIENCE) is not None
    channel.close()
    redis.close()
