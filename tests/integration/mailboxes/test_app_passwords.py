"""A password for one program: shown once, let in by scope, and of no use once it is deleted."""

from datetime import timedelta

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from kernel import clock
from kernel.errors import InvalidInput, NotFound
from kernel.models import AuditEntry
from kernel.roles import as_role
from mailcore.directory.models import AppPassword
from mailcore.directory.states import HoldOn
from mailcore.holds import services as holds
from mailcore.mailboxes import errors, services
from mailcore.mailboxes.services import app_passwords

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def dovecot():
    """What Dovecot's look-up answers."""

    def asked(login: str, secret: str, service: str = "imap") -> list[tuple[object, ...]]:
        given = [login, app_passwords.hash_of(secret), service, "203.0.113.7"]
        return raw.execute("SELECT * FROM sec.app_login(%s, %s, %s, %s)", given).fetchall()

    name = connection.settings_dict["NAME"]
    with psycopg.connect(settings.DSN("dovecot"), dbname=name, autocommit=True) as raw:
        yield asked


def test_a_hold_on_logins_shuts_it_out_until_the_lift(acme, mailbox, dovecot) -> None:
    anna = mailbox("anna")
    _, secret = services.create_app_password(
        actor=acme.owner, mailbox_id=anna.public_id, name="Phone", scopes=["imap"]
    )
    hold = holds.place_hold(
        actor=acme.owner, reseller_id=acme.reseller.public_id, on=HoldOn.MAILBOX,
        object_id=anna.public_id, kind="owner", scopes=["login"], reason="left the company",
    )  # fmt: skip
    assert dovecot(anna.address, secret) == dovecot(anna.address, secret, "sieve") == []
    holds.lift_hold(actor=acme.owner, hold_id=hold.public_id)
    assert dovecot(anna.address, secret)


def test_it_opens_what_it_is_for_until_it_is_deleted(acme, mailbox, dovecot) -> None:
    anna, ben = mailbox("anna"), mailbox("ben")
    made, secret = services.create_app_password(
        actor=acme.owner, mailbox_id=anna.public_id, name=" Anna's  phone ", scopes=["imap"]
    )
    assert (made.name, len(secret.replace("-", ""))) == ("Anna's phone", 28)
    ((address, home, public_id, _),) = dovecot(anna.address, secret)
    assert (address, public_id, home.endswith(str(public_id))) == (
        anna.address, anna.public_id, True,
    )  # fmt: skip
    assert dovecot(anna.address, secret, "sieve")
    for refused in (
        (anna.address, secret, "smtp"),
        (anna.address, secret, "pop3"),
        (ben.address, secret),
        (anna.address, secret[:-1]),
        (anna.address, ""),
    ):
        assert dovecot(*refused) == []
    used = AppPassword.objects.get()
    assert (used.last_used_at is not None, used.last_used_from) == (True, "203.0.113.7")
    dovecot(anna.address, secret)
    assert AppPassword.objects.get().last_used_at == used.last_used_at  # one write a minute
    services.suspend_mailbox(actor=acme.owner, mailbox_id=anna.public_id)
    assert dovecot(anna.address, secret) == []
    services.resume_mailbox(actor=acme.owner, mailbox_id=anna.public_id)
    for mailbox_id, missing in ((ben.public_id, NotFound), (anna.public_id, None)):
        given = {"actor": acme.owner, "mailbox_id": mailbox_id, "app_password_id": made.public_id}
        if missing:
            with pytest.raises(missing):
                services.delete_app_password(**given)
        else:
            services.delete_app_password(**given)
    assert dovecot(anna.address, secret) == []
    told = AuditEntry.objects.filter(action__startswith="app_password.").order_by("id")
    assert [one.action for one in told] == ["app_password.created", "app_password.deleted"]
    assert secret not in str(list(told.values()))


def test_it_ends_and_there_are_not_too_many(acme, mailbox, dovecot, monkeypatch) -> None:
    anna = mailbox("anna")

    def create(**given):
        return services.create_app_password(
            actor=acme.owner, mailbox_id=anna.public_id, **{"name": "x", **given}
        )

    _, secret = create(expires_at=clock.now() + timedelta(hours=1))
    assert dovecot(anna.address, secret, "smtp")
    AppPassword.objects.update(expires_at=clock.now() - timedelta(hours=1))
    assert dovecot(anna.address, secret, "smtp") == []
    for wrong in ({"name": " "}, {"scopes": []}, {"scopes": ["web"]}, {"expires_at": clock.now()}):
        with pytest.raises(InvalidInput):
            create(**wrong)
    monkeypatch.setattr(app_passwords, "MOST", 1)
    with pytest.raises(errors.TooManyAppPasswords):
        create()


def test_one_of_another_reseller_opens_nothing(acme, globex, mailbox, dovecot) -> None:
    anna = mailbox("anna")
    _, secret = services.create_app_password(
        actor=acme.owner, mailbox_id=anna.public_id, name="Phone"
    )
    assert dovecot(anna.address, secret)
    with as_role("operator"):
        AppPassword.objects.update(reseller_id=globex.reseller.public_id)
    assert dovecot(anna.address, secret) == []
