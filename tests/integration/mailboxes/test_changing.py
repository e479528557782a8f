"""A mailbox is changed, deleted, brought back, and at last given up."""

from datetime import timedelta

import argon2
import psycopg
import pytest
import time_machine
from django.conf import settings
from django.db import connection

from kernel import clock
from kernel.errors import InvalidInput, NotFound
from kernel.models import OutboxEvent
from mailcore.directory import services as directory
from mailcore.directory.models import AliasRoute, AppPassword, MailboxLogin
from mailcore.domains.errors import DomainNotVerified
from mailcore.mailboxes import errors, sampling, selectors, services
from mailcore.mailboxes.models import Alias, Mailbox
from tenants.plans.models import Counter

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def known():
    """The addresses that Postfix and Dovecot know."""

    def known() -> tuple[set[str], set[str]]:
        found = []
        for role, view in (("postfix", "postfix_mailbox"), ("dovecot", "dovecot_user")):
            name = connection.settings_dict["NAME"]
            with psycopg.connect(settings.DSN(role), dbname=name) as raw:
                rows = raw.execute(f"SELECT address FROM {view}").fetchall()
            found.append({row[0] for row in rows})
        return found[0], found[1]

    return known


def used() -> int:
    return int(Counter.objects.get(feature="mailboxes").used)


def test_name_quota_and_password_are_changed(acme, mailbox) -> None:
    anna = mailbox("anna")
    services.change_mailbox(
        actor=acme.owner, mailbox_id=anna.public_id, display_name=" Anna  B ",
        quota_bytes=10**9, password="another long secret",
    )  # fmt: skip
    anna.refresh_from_db()
    login = MailboxLogin.objects.get()
    assert (anna.display_name, anna.quota_bytes, login.quota_bytes) == ("Anna B", 10**9, 10**9)
    assert argon2.PasswordHasher().verify(login.password.partition("}")[2], "another long secret")
    services.change_mailbox(actor=acme.owner, mailbox_id=anna.public_id)
    told = OutboxEvent.objects.filter(subject=anna.reference).order_by("id")
    assert [one.type for one in told][1:] == ["mailbox.changed", "mailbox.password_changed"]
    for wrong, error in (
        ({"quota_bytes": 5}, InvalidInput),
        ({"password": "short"}, errors.WeakPassword),
    ):
        with pytest.raises(error):
            services.change_mailbox(actor=acme.owner, mailbox_id=anna.public_id, **wrong)


def test_a_deleted_mailbox_is_nobody_and_comes_back_whole(acme, mailbox, known) -> None:
    anna = mailbox("anna")
    services.suspend_mailbox(actor=acme.owner, mailbox_id=anna.public_id)
    assert known() == ({anna.address}, {anna.address})
    services.delete_mailbox(actor=acme.owner, mailbox_id=anna.public_id)
    assert known() == (set(), set())
    assert (
        used(),
        selectors.count_mailboxes(),
        sampling.publish_mailbox_days(on=clock.now().date()),
    ) == (0, 0, 0)
    for action in (services.delete_mailbox, services.resume_mailbox, services.change_mailbox):
        with pytest.raises(NotFound):
            action(actor=acme.owner, mailbox_id=anna.public_id)
    with pytest.raises(errors.MailboxExists):
        mailbox("anna")
    with pytest.raises(errors.AliasExists):
        services.create_alias(
            actor=acme.owner, domain_id=anna.domain.public_id, local_part="anna",
            targets=[mailbox("ben").address],
        )  # fmt: skip
    back = services.restore_mailbox(actor=acme.owner, mailbox_id=anna.public_id)
    assert (back.state, MailboxLogin.objects.get(address=anna.address).state) == ("suspended",) * 2
    assert anna.address in known()[1]
    with pytest.raises(NotFound):
        services.restore_mailbox(actor=acme.owner, mailbox_id=anna.public_id)


def test_after_two_weeks_it_is_gone_and_its_address_free(acme, mailbox) -> None:
    anna, ben = mailbox("anna"), mailbox("ben")
    for local_part, targets in (("both", [anna, ben]), ("hers", [anna])):
        services.create_alias(
            actor=acme.owner, domain_id=anna.domain.public_id, local_part=local_part,
            targets=[one.address for one in targets],
        )  # fmt: skip
    services.create_app_password(actor=acme.owner, mailbox_id=anna.public_id, name="phone")
    services.delete_mailbox(actor=acme.owner, mailbox_id=anna.public_id)
    assert services.purge_mailboxes() == 0
    directory.set_routed("shop.test", is_verified=True)
    Mailbox.objects.filter(pk=ben.pk).update(deleted_at=clock.now())  # it stays in the alias
    with time_machine.travel(clock.now() + timedelta(days=14, minutes=1), tick=True):
        with pytest.raises(NotFound):
            services.restore_mailbox(actor=acme.owner, mailbox_id=anna.public_id)
        Mailbox.objects.filter(pk=ben.pk).update(deleted_at=clock.now())
        assert services.purge_mailboxes() == 1
        assert list(Alias.objects.values_list("address", "targets")) == [
            ("both@shop.test", [ben.address])
        ]
        assert list(AliasRoute.objects.values_list("targets", flat=True)) == [[ben.address]]
        assert not AppPassword.objects.exists()
        assert mailbox("anna").public_id != anna.public_id


def test_without_its_domain_it_stays_away(acme, mailbox) -> None:
    anna = mailbox("anna")
    services.delete_mailbox(actor=acme.owner, mailbox_id=anna.public_id)
    type(anna.domain).objects.update(state="suspended")
    with pytest.raises(DomainNotVerified):
        services.restore_mailbox(actor=acme.owner, mailbox_id=anna.public_id)
    assert used() == 0
