"""A complaint reported by a provider becomes a fact, once, when it carries a token of ours."""

import asyncio
from pathlib import Path

import psycopg
import pytest
from django.conf import settings

from kernel import ids
from kernel.models import OutboxEvent
from mailcore.delivery import services
from mailcore.delivery.accept.submission import Recipient, Stream, Submission
from mailcore.feedback.daemons.feedback import Configuration, Feedback
from mailcore.protocol import verp
from mailcore.protocol.mail_session import Transaction
from mailcore.protocol.smtp_arguments import parse_mail, parse_rcpt

pytestmark = pytest.mark.django_db(transaction=True)

REPORT = (
    "Content-Type: multipart/report; report-type=feedback-report; boundary=b\r\n\r\n"
    "--b\r\nContent-Type: message/feedback-report\r\n\r\n"
    "Feedback-Type: {type}\r\nUser-Agent: FBL/1\r\nVersion: 1\r\n"
    "Original-Rcpt-To: redacted@outside.test\r\n\r\n"
    "--b\r\nContent-Type: message/rfc822\r\n\r\n"
    "CFBL-Feedback-ID: {token}\r\nSubject: offer\r\n\r\nBuy\r\n--b--\r\n"
)


def _token(recipient: Recipient) -> str:
    key = verp.key_from(Path(settings.IDENTITY_KEY_FILE).read_bytes())
    return verp.return_path(key=key, recipient_id=recipient.id, from_domain="client.test")


def _report(token: str, *, kind: str = "abuse") -> None:
    async def main() -> None:
        feedback = Feedback(
            Configuration(
                address=("", 0),
                host="h",
                dsn=settings.DSN("delivery"),
                key=verp.key_from(Path(settings.IDENTITY_KEY_FILE).read_bytes()),
                reports_domain=settings.REPORTS_DOMAIN,
            )
        )
        transaction = Transaction(
            mail=parse_mail("FROM:<fbl@provider.test>"),
            recipients=(parse_rcpt("TO:<fbl@bounce.client.test>", is_smtputf8=False),),
            message=REPORT.format(type=kind, token=token).encode(),
        )
        try:
            (answer,) = await feedback.deliver(transaction)
        finally:
            await feedback.close()
        assert answer.code == 250

    asyncio.run(main())


def _complaints() -> list[tuple[object, ...]]:
    with psycopg.connect(settings.DSN("delivery")) as connection:
        return connection.execute(
            "SELECT recipient_id, stream, data FROM public.delivery_event WHERE kind = 'complained'"
        ).fetchall()


@pytest.fixture
def recipient(acme: object) -> Recipient:
    """Somebody whom Acme has sent mail."""
    recipient = Recipient(address="reader@outside.test")
    submission = Submission(
        stream=Stream.TRANSACTIONAL,
        envelope_from="shop@client.test",
        from_domain="client.test",
        recipients=(recipient,),
        message=b"Subject: x\r\n\r\nx\r\n",
    )
    services.accept_message(submission, reseller_id=acme.reseller.public_id)
    return recipient


def test_a_complaint_is_recorded_and_told_once(acme, recipient):
    for _ in range(2):
        _report(_token(recipient))
    assert _complaints() == [
        (recipient.id, "transactional", {"type": "abuse", "source": "FBL/1"})
    ]  # fmt: skip
    event = OutboxEvent.objects.get(type="mail.complained")
    assert (event.reseller_id, event.subject) == (acme.reseller.public_id, str(recipient.id))


def test_a_forged_report_and_one_that_is_no_complaint_change_nothing(recipient):
    token = _token(recipient)
    forged = f"{token.partition('@')[0][:-1]}{'a' if token.partition('@')[0][-1] != 'a' else 'b'}"
    _report(f"{forged}@bounce.client.test")
    _report(token.replace("client", "other"))
    _report(_token(Recipient(address="x@y.test", id=ids.uuid7())))
    _report(token, kind="not-spam")
    assert _complaints() == []
