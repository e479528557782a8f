"""What the accept daemon has answered with 250 is stored; what it could not store stays outside."""

import os
import threading
import time

import psycopg
import pytest
from django.conf import settings
from redis import Redis

from kernel import crypto, keys
from mailcore.directory.models import MailboxLogin, Route
from mailcore.directory.states import HoldOn
from mailcore.holds import services as holds
from tests.integration.accept.conftest import ANNA
from tests.waiting import PATIENCE

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_accepted_message_is_whole_in_the_queue(anna, acme, start, letter, rows):
    replies = (
        start()
        .connect()
        .send(
            letter(),
            "<x@Outside.test> NOTIFY=FAILURE ORCPT=rfc822;X@Outside.test",
            "<Ben@client.test>",
            mail=" SMTPUTF8 RET=HDRS ENVID=q1",
        )
    )
    assert [reply[:9] for reply in replies] == [b"250 2.0.0"] * 2

    (message,) = rows("SELECT * FROM message")
    assert message["reseller_id"] == acme.reseller.public_id
    assert message["organisation_id"] == acme.organisation.public_id
    assert (message["stream"], message["submitter"]) == ("mailbox", anna)
    assert (message["envelope_from"], message["from_domain"]) == (anna, "client.test")
    assert (message["dsn_ret"], message["dsn_envid"]) == ("HDRS", "q1")
    assert message["is_smtputf8"]

    recipients = {row["address"]: row for row in rows("SELECT * FROM recipient")}
    assert recipients.keys() == {"x@outside.test", "ben@client.test"}
    assert {row["status"] for row in recipients.values()} == {"queued"}
    assert recipients["x@outside.test"]["dsn_notify"] == "FAILURE"
    assert recipients["x@outside.test"]["dsn_orcpt"] == "rfc822;X@Outside.test"


def test_an_accepted_message_waits_at_the_site_of_each_recipient(anna, start, letter, rows):
    start().connect().send(letter(), "<x@outside.test>", "<ben@client.test>")
    queue = rows("SELECT site, node, prio, state, expires_at - due AS life FROM queue_entry")
    assert {row["site"] for row in queue} == {"outside.test", "local"}
    assert {(row["node"], row["prio"], row["state"]) for row in queue} == {
        (settings.EGRESS_NODE, 1, "ready")
    }
    assert {row["life"].total_seconds() for row in queue} == {5 * 86_400 * settings.DELAY_SCALE}
    assert {row["site"] for row in rows("SELECT site FROM active_pair")} == {
        "outside.test",
        "local",
    }


def test_each_recipient_is_told_to_those_who_count(anna, acme, start, letter, rows):
    start().connect().send(letter(), "<x@outside.test>", "<ben@client.test>")
    events = rows("SELECT kind, stream, from_domain, organisation_id FROM delivery_event")
    expected = {
        "kind": "received",
        "stream": "mailbox",
        "from_domain": "client.test",
        "organisation_id": acme.organisation.public_id,
    }
    assert events == [expected] * 2


def test_the_stored_body_is_sealed_and_without_the_identity(anna, start, letter, rows):
    start().connect().send(letter("X-Livery-Foo: 1"), "<x@outside.test>")
    (row,) = rows("SELECT m.id, m.message_id, b.body FROM message m JOIN message_body b USING (id)")
    sealed = bytes(row["body"])
    assert b"Body" not in sealed
    plain = keys.unseal_record(sealed, context=row["id"].bytes)
    assert b"X-Livery" not in plain
    assert b"Subject: Hi\r\n" in plain
    assert b"\r\nDate: " in plain
    assert f"\r\nMessage-ID: {row['message_id']}\r\n".encode() in plain
    assert plain.startswith(b"Received: by infra.test with ESMTP id ")
    with pytest.raises(crypto.DecryptionFailed):
        keys.unseal_record(sealed, context=os.urandom(16))


FORGED = {
    "another key": lambda letter: letter(key=b"x" * 32),
    "another envelope sender": lambda letter: letter(envelope_from="ben@client.test"),
    "no identity": lambda letter: b"From: anna@client.test\r\n\r\nhello\r\n",
}


@pytest.mark.parametrize("make", FORGED.values(), ids=FORGED.keys())
def test_what_nobody_vouched_for_is_put_off_at_both_doors(anna, start, letter, rows, make):
    daemon = start()
    for client in (daemon.connect(), daemon.connect_as_edge()):
        (reply,) = client.send(make(letter), "<x@outside.test>")
        assert reply.startswith(b"451 4.")
    assert rows("SELECT 1 FROM message") == []


def test_another_author_is_refused(anna, start, letter, rows):
    client = start().connect_as_edge()
    for message in (letter(sender="ben@client.test"), letter("From: ben@client.test")):
        (reply,) = client.send(message, "<x@outside.test>")
        assert reply.startswith(b"550 5.7.1")
    assert rows("SELECT 1 FROM message") == []


def test_whom_the_policy_vouches_for_may_send_and_is_answered_once(anna, start, rows):
    daemon = start()
    answer = daemon.ask(sender=anna, login=anna)
    field = answer.removeprefix("action=PREPEND ")
    assert field != answer
    message = f"{field}\r\nFrom: {anna}\r\n\r\nHello\r\n".encode()
    client = daemon.connect_as_edge()
    (reply,) = client.send(message, "<x@outside.test>", "<ben@client.test>")
    (row,) = rows("SELECT id, submitter FROM message")
    assert reply == f"250 2.0.0 Ok {row['id']}".encode()
    assert row["submitter"] == anna
    assert client.command(b"NOOP\r\n").startswith(b"250")  # nothing was left to be read


def test_the_policy_vouches_for_nobody_else(anna, start):
    daemon = start()
    assert (
        daemon.ask(sender="ben@client.test", login=anna)
        == "action=550 5.7.1 Envelope sender is not yours"
    )
    assert daemon.ask(sender=anna, login="") == "action=DUNNO"


@pytest.mark.parametrize("sender", [ANNA, ""])
def test_a_mailbox_sends_nothing_while_its_domain_is_switched_off(
    anna, start, letter, rows, sender
):
    Route.objects.filter(domain="client.test").update(is_verified=False)
    message = letter(envelope_from=sender)
    for client in ((daemon := start()).connect(), daemon.connect_as_edge()):
        (reply,) = client.send(message, "<ben@out.test>", sender=sender)
        assert reply.startswith(b"550 5.7.1 The domain of this mailbox is switched off")
    assert rows("SELECT 1 FROM public.message") == []


def test_a_mailbox_sends_nothing_while_a_hold_keeps_it_from_sending(
    anna, acme, start, letter, rows
):
    mailbox = MailboxLogin.objects.get(address=anna)
    placed = holds.place_hold(
        actor=acme.owner, reseller_id=acme.reseller.public_id, on=HoldOn.MAILBOX,
        object_id=mailbox.public_id, kind="owner", scopes=["send"], reason="left the company",
    )  # fmt: skip
    clients = ((daemon := start()).connect(), daemon.connect_as_edge())
    for client in clients:
        (reply,) = client.send(letter(), "<ben@out.test>")
        assert reply.startswith(b"550 5.7.1 Sending is on hold for this mailbox"), reply
    assert rows("SELECT 1 FROM public.message") == []
    holds.lift_hold(actor=acme.owner, hold_id=placed.public_id)
    assert clients[0].send(letter(), "<ben@out.test>")[0].startswith(b"250")


def test_a_login_whose_mailbox_is_gone_is_put_off(anna, start, letter, rows):
    client = start().connect()
    assert client.send(letter(), "<x@outside.test>")[0].startswith(b"250")
    MailboxLogin.objects.filter(address=anna).delete()
    assert client.send(letter(), "<x@outside.test>")[0].startswith(b"451 4.7.1")
    assert len(rows("SELECT 1 FROM message")) == 1


def test_without_a_database_mail_is_put_off(start, letter):
    daemon = start(dsn="host=127.77.101.99 port=1 connect_timeout=1")
    (reply,) = daemon.connect().send(letter(), "<x@outside.test>")
    assert reply.startswith(b"451 4.3.0")


def test_a_cut_database_connection_costs_nobody_a_message(anna, start, letter, rows):
    client = start().connect()
    assert client.send(letter(), "<x@outside.test>")[0].startswith(b"250")
    cut = rows(
        "SELECT pg_terminate_backend(pid) AS done FROM pg_stat_activity"
        " WHERE application_name = 'livery-accept' AND datname = current_database()"
    )
    assert {row["done"] for row in cut} == {True}
    assert client.send(letter(), "<x@outside.test>")[0].startswith(b"250")
    assert len(rows("SELECT 1 FROM message")) == 2


def test_many_sessions_at_once_are_all_stored_once(anna, start, letter, rows):
    daemon, replies = start(), []

    def session() -> None:
        client = daemon.connect()
        for _ in range(10):
            replies.extend(client.send(letter(), "<x@outside.test>", "<y@other.test>"))

    threads = [threading.Thread(target=session) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(replies) == 200
    assert all(reply.startswith(b"250") for reply in replies)
    assert len(rows("SELECT 1 FROM message")) == 100
    assert len(rows("SELECT 1 FROM queue_entry")) == 200
    assert len(rows("SELECT 1 FROM active_pair")) == 2


def test_mail_is_accepted_while_redis_is_away(anna, start, letter):
    daemon = start(redis_url="redis://127.77.101.99:1/0")
    assert daemon.connect().send(letter(), "<x@outside.test>")[0].startswith(b"250")


def test_a_daemon_killed_before_the_commit_has_not_said_yes(anna, process, letter):
    daemon, client = process()
    with psycopg.connect(settings.DSN("owner")) as blocker:
        blocker.execute("LOCK TABLE public.message IN ACCESS EXCLUSIVE MODE")
        for line in (b"MAIL FROM:<anna@client.test>", b"RCPT TO:<x@outside.test>", b"DATA"):
            client.command(line + b"\r\n")
        client.socket.sendall(letter() + b".\r\n")
        client.socket.settimeout(1)
        with pytest.raises(TimeoutError):
            client.socket.recv(100)
        daemon.kill()
        daemon.wait()
        client.socket.settimeout(PATIENCE)
        try:
            rest = client.socket.recv(100)
        except ConnectionError:
            rest = b""
    assert rest == b""


def test_a_daemon_that_is_told_to_end_stores_the_message_in_hand(anna, start, letter, rows):
    daemon = start()
    client, idle = daemon.connect(), daemon.connect()
    for line in (b"MAIL FROM:<anna@client.test>", b"RCPT TO:<x@outside.test>", b"DATA"):
        client.command(line + b"\r\n")
    daemon.stop()
    assert idle.reply().startswith(b"421 4.3.2")
    time.sleep(0.3)
    client.socket.sendall(letter() + b".\r\n")
    assert client.reply().startswith(b"250")
    assert client.reply().startswith(b"421")
    assert len(rows("SELECT 1 FROM message")) == 1


def test_the_egress_node_is_woken_by_a_commit(anna, start, letter):
    redis = Redis.from_url(settings.REDIS_URL)
    channel = redis.pubsub(ignore_subscribe_messages=True)
    channel.subscribe(f"wake:{settings.EGRESS_NODE}")
    while not channel.subscribed or channel.get_message(timeout=0.2):
        pass
    client = start().connect()
    for _ in range(20):
        client.send(letter(), "<x@outside.test>")
    assert channel.get_message(timeout=PATIENCE) is not None
    channel.close()
    redis.close()
