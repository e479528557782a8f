"""A bounce that comes by mail becomes a fact about its recipient, once."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from django.conf import settings

from kernel import clock, ids
from kernel.models import OutboxEvent
from mailcore.delivery import services
from mailcore.delivery.accept.submission import Recipient, Stream, Submission
from mailcore.feedback.daemons.feedback import Configuration, Feedback
from mailcore.feedback.facts import OLDEST
from mailcore.protocol import verp
from mailcore.protocol.mail_session import Transaction
from mailcore.protocol.smtp_arguments import parse_mail, parse_rcpt

pytestmark = pytest.mark.django_db(transaction=True)

DSN = (
    b'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
    b"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.outside.test\r\n"
    b"\r\nFinal-Recipient: rfc822; x@outside.test\r\nAction: %s\r\nStatus: 5.1.1\r\n"
    b"Diagnostic-Code: smtp; 550 5.1.1 Unknown\r\n--b--\r\n"
)


def _key() -> bytes:
    return verp.key_from(Path(settings.IDENTITY_KEY_FILE).read_bytes())


def _hear(address: str, message: bytes, *, dsn: str | None = None) -> list[int]:
    """The daemon's answers, one per copy of the message."""

    async def main() -> list[int]:
        feedback = Feedback(
            Configuration(
                address=("", 0),
                host="h",
                dsn=dsn or settings.DSN("delivery"),
                key=_key(),
                reports_domain=settings.REPORTS_DOMAIN,
            )
        )
        transaction = Transaction(
            mail=parse_mail("FROM:<>"),
            recipients=(parse_rcpt(f"TO:<{address}>", is_smtputf8=False),),
            message=message,
        )
        try:
            return [answer.code for answer in await feedback.deliver(transaction)]
        finally:
            await feedback.close()

    return asyncio.run(main())


@pytest.fixture
def recipient(acme: object) -> Recipient:
    """Somebody whom Acme has sent mail."""
    recipient = Recipient(address="x@outside.test")
    submission = Submission(
        stream=Stream.SYSTEM,
        envelope_from="",
        from_domain="client.test",
        recipients=(recipient,),
        message=b"Subject: x\r\n\r\nx\r\n",
    )
    services.accept_message(submission, reseller_id=acme.reseller.public_id)
    return recipient


def _path(recipient_id: UUID) -> str:
    return verp.return_path(key=_key(), recipient_id=recipient_id, from_domain="client.test")


@pytest.fixture
def facts() -> Iterator[Callable[[], list[tuple[object, ...]]]]:
    """The late bounces as role delivery reads them."""
    with psycopg.connect(settings.DSN("delivery"), autocommit=True) as connection:
        yield lambda: connection.execute(
            "SELECT recipient_id, reseller_id, stream, data FROM delivery_event"
            " WHERE kind = 'bounced_late'"
        ).fetchall()


def test_a_bounce_is_recorded_and_told_once(acme, recipient, facts):
    for _ in range(2):
        assert _hear(_path(recipient.id), DSN % b"failed") == [250]
    expected = {
        "status": "5.1.1",
        "diagnostic": "550 5.1.1 Unknown",
        "reason": "unknown-recipient",
        "kind": "hard",
        "scope": "recipient",
    }
    assert facts() == [(recipient.id, acme.reseller.public_id, "system", expected)]
    event = OutboxEvent.objects.get(type="mail.bounced_late")
    assert event.reseller_id == acme.reseller.public_id
    assert event.subject == str(recipient.id)
    assert event.data["status"] == "5.1.1"
    assert event.data["recipient_id"] == str(recipient.id)


def test_a_delay_an_answer_and_a_forged_token_change_nothing(recipient, facts):
    for address, message in (
        (_path(recipient.id), DSN % b"delayed"),
        (_path(recipient.id), b"Subject: out of office\r\n\r\nback soon\r\n"),
        (_path(recipient.id).replace("client", "other"), DSN % b"failed"),
        (_path(ids.uuid7()), DSN % b"failed"),
        ("postmaster@bounce.client.test", DSN % b"failed"),
    ):
        assert _hear(address, message) == [250]
    assert facts() == []


def test_an_old_return_path_is_no_longer_listened_to(recipient, facts):
    with clock.at(clock.now() + OLDEST * 1.1):
        assert _hear(_path(recipient.id), DSN % b"failed") == [250]
    assert facts() == []


def test_a_bounce_is_put_off_while_the_database_is_away(recipient):
    away = "host=127.77.101.99 port=1 connect_timeout=1"
    assert _hear(_path(recipient.id), DSN % b"failed", dsn=away) == [451]
