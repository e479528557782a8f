"""A notification as the sender's program reads it (RFC 3464)."""

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest

from mailcore.protocol import dsn

ORIGINAL = b"From: shop@client.test\r\nSubject: Hello\r\n\r\nSecret body\r\n"
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
FAILED = dsn.RecipientStatus(
    address="bob@outside.test",
    action="failed",
    status="5.1.1",
    diagnostic="550 5.1.1 no\r\nAction: delivered",
    remote_mta="mx.outside.test",
    original_recipient="rfc822; bob+list@outside.test",
    last_attempt=NOON,
)
NOTIFICATION = dsn.Notification(
    sender="shop@client.test",
    reporting_mta="infra.test",
    postmaster="MAILER-DAEMON@infra.test",
    message_id="<2@infra.test>",
    boundary="=_b",
    date=NOON,
    arrived=NOON,
    envelope_id="order 7",
    ret="",
    is_utf8=False,
    original=ORIGINAL,
    recipients=[FAILED],
)


def _read(notification):
    return message_from_bytes(dsn.compose(notification), policy=policy.SMTP)


def test_it_names_the_recipient_the_reason_and_the_server():
    message = _read(NOTIFICATION)
    assert message.get_content_type() == "multipart/report"
    assert message.get_param("report-type") == "delivery-status"
    assert message["Auto-Submitted"] == "auto-replied"
    text, status, header = message.iter_parts()
    about, recipient = status.iter_parts()
    assert about["Reporting-MTA"] == "dns; infra.test"
    assert about["Original-Envelope-Id"] == "order 7"
    assert recipient["Final-Recipient"] == "rfc822; bob@outside.test"
    assert recipient["Original-Recipient"] == "rfc822; bob+list@outside.test"
    assert recipient["Status"] == "5.1.1"
    assert recipient["Remote-MTA"] == "dns; mx.outside.test"
    assert "bob@outside.test" in text.get_content()
    assert header.get_content_type() == "text/rfc822-headers"


def test_only_a_servers_words_are_told_as_smtp():
    ours = replace(FAILED, diagnostic="550 5.1.2 there is no such domain", remote_mta="")
    _, status, _ = _read(replace(NOTIFICATION, recipients=[FAILED, ours])).iter_parts()
    _, said, found = status.iter_parts()
    assert said["Diagnostic-Code"].startswith("smtp; 550 5.1.1")
    assert found["Diagnostic-Code"] == "x-local; 550 5.1.2 there is no such domain"


def test_the_whole_names_the_encoding_of_its_parts():
    assert _read(NOTIFICATION)["Content-Transfer-Encoding"] == "7bit"
    german = ORIGINAL.replace(b"Secret", "Grüße".encode())
    whole = _read(replace(NOTIFICATION, original=german, ret="FULL"))
    assert whole["Content-Transfer-Encoding"] == "8bit"


def test_it_says_in_plain_words_what_the_reply_means():
    told = replace(FAILED, explanation="There is nobody of this name.")
    text = next(_read(replace(NOTIFICATION, recipients=[told])).iter_parts()).get_content()
    assert "<bob@outside.test>\r\n  There is nobody of this name.\r\n  550 5.1.1 no" in text


def test_a_reply_of_the_remote_server_cannot_add_a_field():
    _, status, _ = _read(NOTIFICATION).iter_parts()
    _, recipient = status.iter_parts()
    assert recipient.get_all("Action") == ["failed"]


def test_only_the_header_comes_back_unless_the_whole_was_asked_for():
    assert b"Secret body" not in dsn.compose(NOTIFICATION)
    assert b"Secret body" in dsn.compose(replace(NOTIFICATION, ret="FULL"))


def test_a_delay_says_until_when_we_try():
    delayed = replace(FAILED, action="delayed", status="4.4.1", will_retry_until=NOON)
    message = _read(replace(NOTIFICATION, recipients=[delayed], ret="FULL"))
    assert message["Subject"] == "Your message is delayed"
    _, status, header = message.iter_parts()
    _, recipient = status.iter_parts()
    assert recipient["Will-Retry-Until"] == "Sun, 22 Nov 2026 12:00:00 +0000"
    assert header.get_content_type() == "text/rfc822-headers"


@pytest.mark.parametrize(
    ("notify", "action", "wanted"),
    [
        (None, "failed", True),
        (None, "delayed", True),
        (None, "relayed", False),
        ("NEVER", "failed", False),
        ("FAILURE", "delayed", False),
        ("success,failure", "delivered", True),
    ],
)
def test_the_sender_hears_only_what_they_asked_for(notify, action, wanted):
    assert dsn.is_wanted(notify, action) is wanted
