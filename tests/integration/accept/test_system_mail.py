"""Mail of the product itself is accepted in the caller's transaction, as the caller's reseller."""

from pathlib import Path

import pytest
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from django.db.utils import ProgrammingError

from kernel import ids, keys
from kernel.tenancy import OPERATOR_RESELLER
from mailcore.delivery import services
from mailcore.delivery.accept.submission import Recipient, Stream, Submission
from mailcore.directory.models import Route
from mailcore.protocol import verp

pytestmark = pytest.mark.django_db(transaction=True)
BACKEND = "mailcore.delivery.email_backend.DeliveryBackend"


def _send(*to: str, **more: object) -> int:
    mail = EmailMultiAlternatives("Grüße", "Hello", to=list(to), **more)
    mail.attach_alternative("<p>Hello</p>", "text/html")
    mail.connection = get_connection(BACKEND)
    return mail.send()


def _submission(**more: object) -> Submission:
    return Submission(
        stream=Stream.SYSTEM,
        envelope_from="",
        from_domain="client.test",
        recipients=(Recipient(address="x@outside.test"),),
        message=b"Subject: x\r\n\r\nx\r\n",
        **more,
    )


def test_each_recipient_gets_a_message_with_a_return_path_of_its_own(acme, rows):
    assert _send("x@outside.test", bcc=["y@outside.test"]) == 1
    messages = rows(
        "SELECT m.*, r.id AS recipient_id, r.address, b.body FROM message m"
        " JOIN recipient r ON r.message_id = m.id JOIN message_body b ON b.id = m.id"
    )
    assert {message["address"] for message in messages} == {"x@outside.test", "y@outside.test"}
    key = verp.key_from(Path(settings.IDENTITY_KEY_FILE).read_bytes())
    for message in messages:
        assert verp.recipient_of(message["envelope_from"], key=key) == message["recipient_id"]
        assert message["envelope_from"].endswith(f"@bounce.{settings.PLATFORM_HOST}")
        assert message["from_domain"] == settings.PLATFORM_HOST
        assert (message["stream"], message["reseller_id"]) == ("system", acme.reseller.public_id)
        plain = keys.unseal_record(bytes(message["body"]), context=message["id"].bytes)
        assert b"\r\nAuto-Submitted: auto-generated\r\n" in plain
        assert plain.count(b"Message-ID:") == 1
        assert b"y@outside.test" not in plain
        assert plain.count(b"\n") == plain.count(b"\r\n")


def test_mail_of_the_platform_itself_belongs_to_the_operator(db, rows):
    _send("x@outside.test")
    (message,) = rows("SELECT reseller_id FROM message")
    assert message["reseller_id"] == OPERATOR_RESELLER


def test_a_rolled_back_transaction_sends_nothing(acme, rows):
    with transaction.atomic():
        _send("x@outside.test")
        transaction.set_rollback(True)
    assert rows("SELECT 1 FROM message") == []
    assert rows("SELECT 1 FROM queue_entry") == []


def test_mail_to_another_resellers_mailbox_stays_in_the_house(acme, globex, rows):
    services.accept_message(_submission(), reseller_id=acme.reseller.public_id)
    assert {row["site"] for row in rows("SELECT site FROM queue_entry")} == {"outside.test"}
    from kernel.tenancy import in_schema

    with in_schema(globex.reseller.schema_name):
        Route.objects.create(
            public_id=ids.uuid7(),
            domain="outside.test",
            reseller_id=globex.reseller.public_id,
            is_held=True,
            is_verified=True,
        )
    services.accept_message(_submission(), reseller_id=acme.reseller.public_id)
    assert {row["site"] for row in rows("SELECT site FROM queue_entry")} == {
        "outside.test",
        "local",
    }


def test_nobody_sends_in_another_resellers_name(acme, globex):
    with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
        services.accept_message(_submission(), reseller_id=globex.reseller.public_id)
