"""What the loop does with a message, seen at the server that gets it and in the ledger."""

from email import message_from_bytes, policy

import pytest

from tests.waiting import eventually


@pytest.fixture
def ledger(database):
    """address → (status, final code, attempts)"""

    def read(address):
        return database.execute(
            "SELECT status, final_code, attempts FROM public.recipient WHERE address = %s",
            [address],
        ).fetchone()

    return read


@pytest.fixture
def attempts(database):
    """address → outcomes in order."""

    def read(address):
        rows = database.execute(
            "SELECT a.outcome FROM public.attempt a JOIN public.recipient r ON r.id = a.recipient_id"
            " WHERE r.address = %s ORDER BY a.id",
            [address],
        )
        return [outcome for (outcome,) in rows]

    return read


def test_an_accepted_message_arrives_signed_and_is_delivered_in_the_ledger(
    loop, sink, submit, ledger, database
):
    submit("bob@outside.test")
    loop.start()
    eventually(lambda: sink.copies("bob@outside.test"))
    (content,) = sink.copies("bob@outside.test")
    assert content.count(b"DKIM-Signature:") == 2
    assert b"\r\n.a line" in content
    eventually(lambda: ledger("bob@outside.test") == ("delivered", 250, 1))
    assert database.execute("SELECT count(*) FROM public.queue_entry").fetchone() == (0,)


def test_a_recipient_that_is_put_off_gets_it_later(loop, sink, submit, ledger, attempts):
    sink.replies["bob@outside.test"] = ["451 4.7.1 greylisted"]
    submit("bob@outside.test", "ann@outside.test")
    loop.start()
    eventually(lambda: ledger("bob@outside.test") == ("delivered", 250, 2))
    assert attempts("bob@outside.test") == ["deferred", "delivered"]
    assert attempts("ann@outside.test") == ["delivered"]
    assert len(sink.copies("ann@outside.test")) == 1


def test_a_refused_recipient_comes_back_to_the_senders_mailbox(
    loop, sink, mail_store, submit, ledger
):
    sink.replies["bob@outside.test"] = ["550 5.1.1 nobody of this name"]
    submit("bob@outside.test", dsn_envid="order+207", dsn_ret="HDRS")
    loop.start()
    eventually(lambda: mail_store.copies("shop@client.test"))
    assert ledger("bob@outside.test") == ("bounced", 550, 1)
    ((_, sender, content),) = mail_store.received
    assert sender == "<>"
    _, status, _ = message_from_bytes(content, policy=policy.SMTP).iter_parts()
    about, recipient = status.iter_parts()
    assert about["Original-Envelope-Id"] == "order 7"
    assert recipient["Status"] == "5.1.1"
    assert recipient["Diagnostic-Code"] == "smtp; 550 5.1.1 nobody of this name"
    eventually(lambda: ledger("shop@client.test") == ("delivered", 250, 1))


@pytest.mark.parametrize("asked", [{"envelope_from": ""}, {"notify": "NEVER"}])
def test_nobody_is_told_who_cannot_or_will_not_hear(loop, sink, submit, ledger, database, asked):
    sink.replies["bob@outside.test"] = ["550 5.1.1 nobody of this name"]
    submit("bob@outside.test", **asked)
    loop.start()
    eventually(lambda: ledger("bob@outside.test")[0] == "bounced")
    assert database.execute("SELECT count(*) FROM public.message").fetchone() == (1,)


def test_mail_never_leaves_unsigned(loop, sink, submit, database, attempts):
    submit("bob@outside.test")
    with database_as_owner() as owner:
        owner.execute("UPDATE public.signing_key SET state = 'retired'")
    loop.start()
    eventually(lambda: attempts("bob@outside.test"))
    (reply,) = database.execute("SELECT reply FROM public.attempt LIMIT 1").fetchone()
    assert "no active DKIM key" in reply
    assert not sink.received


def test_messages_to_one_host_share_connections(loop, sink, submit, ledger):
    for number in range(60):
        submit(f"bob{number}@outside.test")
    loop.start()
    eventually(lambda: len(sink.received) == 60)
    assert len(sink.sessions) <= 10


def test_a_host_that_is_away_is_tried_again_and_keeps_nobody_waiting(
    loop, sink, submit, attempts, database
):
    submit("bob@outside.test")
    loop.start(smtp_port=1)
    eventually(lambda: "deferred" in attempts("bob@outside.test"))
    phase, outcome = database.execute(
        "SELECT phase, outcome FROM public.attempt LIMIT 1"
    ).fetchone()
    assert (phase, outcome) == ("connect", "deferred")


def database_as_owner():
    import psycopg
    from django.conf import settings

    return psycopg.connect(settings.DSN("owner"), autocommit=True)


def _told(mail_store):
    """(subject, action, status) of the notifications in the sender's mailbox."""
    told = []
    for content in mail_store.copies("shop@client.test"):
        message = message_from_bytes(content, policy=policy.SMTP)
        _, status, _ = message.iter_parts()
        _, recipient = status.iter_parts()
        told.append((message["Subject"], recipient["Action"], recipient["Status"]))
    return told


def test_the_sender_hears_of_a_delay_and_at_the_end_of_the_failure(
    loop, sink, mail_store, submit, ledger, database
):
    sink.replies["bob@outside.test"] = ["451 4.2.0 not now"] * 100
    submit("bob@outside.test")
    database.execute("UPDATE public.message SET accepted_at = accepted_at - interval '5 min'")
    loop.start()
    eventually(lambda: mail_store.received)
    database.execute("UPDATE public.queue_entry SET expires_at = now()")
    eventually(lambda: ledger("bob@outside.test")[0] == "expired")
    eventually(lambda: len(mail_store.received) == 2)
    assert _told(mail_store) == [
        ("Your message is delayed", "delayed", "4.2.0"),
        ("Your message could not be delivered", "failed", "4.2.0"),
    ]


def test_a_delay_says_that_the_server_does_not_answer(loop, mail_store, submit, database):
    submit("bob@outside.test")
    database.execute("UPDATE public.message SET accepted_at = accepted_at - interval '5 min'")
    loop.start(smtp_port=1)
    eventually(lambda: mail_store.received)
    assert _told(mail_store) == [("Your message is delayed", "delayed", "4.4.1")]
    assert b"Connection refused" in mail_store.copies("shop@client.test")[0]
    assert b"Errno" not in mail_store.copies("shop@client.test")[0]


def test_a_receipt_that_was_asked_for_comes_when_the_next_server_sends_none(
    loop, sink, mail_store, submit
):
    submit("bob@outside.test", notify="SUCCESS")
    loop.start()
    eventually(lambda: mail_store.received)
    assert _told(mail_store) == [("Your message was passed on", "relayed", "2.0.0")]
