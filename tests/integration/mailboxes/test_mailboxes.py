"""A mailbox exists only at a verified domain, and its login follows it."""

import argon2
import pytest
from django.db import connection

from kernel.actor import Actor, ActorKind
from kernel.errors import NotFound
from kernel.models import OutboxEvent
from mailcore.directory.models import MailboxLogin
from mailcore.domains.errors import DomainNotVerified
from mailcore.domains.models import Domain
from mailcore.mailboxes import errors, services
from mailcore.mailboxes.models import Mailbox
from tenants.organisations.services import create_organisation
from tenants.plans.models import Counter

PASSWORD = "a long enough secret"


def create(acme, domain: Domain, local_part: str = "anna", **options: object) -> Mailbox:
    given = {"password": PASSWORD, "actor": acme.owner, "domain_id": domain.public_id, **options}
    return services.create_mailbox(local_part=local_part, **given)


def test_the_owner_can_log_in_with_the_password(acme, domain) -> None:
    mailbox = create(acme, domain, "Anna")
    login = MailboxLogin.objects.get(public_id=mailbox.public_id)
    assert (mailbox.address, login.address) == ("anna@shop.test", "anna@shop.test")
    scheme, _, hashed = login.password.partition("}")
    assert scheme == "{ARGON2ID"
    assert argon2.PasswordHasher().verify(hashed, PASSWORD)
    assert argon2.extract_parameters(hashed).parallelism == 1
    shown = str(mailbox.public_id)
    assert login.home == f"{shown[-2:]}/{shown}"


def test_its_day_is_told_to_billing(acme, domain) -> None:
    mailbox = create(acme, domain)
    event = OutboxEvent.objects.get(type="mailbox.created")
    assert event.data["mailbox_id"] == str(mailbox.public_id)
    assert event.data["organisation_id"] == str(acme.organisation.public_id)
    assert len(event.data["on"]) == len("2026-01-01")
    assert Counter.objects.get(feature="mailboxes").used == 1


def test_an_unverified_domain_gets_no_mailbox(acme, domain) -> None:
    Domain.objects.update(state="pending")
    with pytest.raises(DomainNotVerified):
        create(acme, domain)
    assert not MailboxLogin.objects.exists()


def test_an_address_exists_once(acme, domain) -> None:
    create(acme, domain)
    with pytest.raises(errors.MailboxExists):
        create(acme, domain, "ANNA")
    assert Counter.objects.get(feature="mailboxes").used == 1


@pytest.mark.parametrize(
    "local_part", ["", "a b", ".a", "a.", "a..b", "a+b", "ä", "a@b", "x" * 65, "mailer-daemon"]
)
def test_a_local_part_that_cannot_be_a_mailbox_is_refused(acme, domain, local_part) -> None:
    with pytest.raises(errors.InvalidLocalPart):
        create(acme, domain, local_part)


@pytest.mark.parametrize("password", ["", "short", "password1234", "x" * 257, "nul\0nul\0nul\0"])
def test_a_weak_password_is_refused(acme, domain, password) -> None:
    with pytest.raises(errors.WeakPassword):
        create(acme, domain, password=password)


def can_log_in(address: str) -> bool:
    with connection.cursor() as cursor:
        # The very columns of the view that Dovecot reads; web itself may not read the view.
        cursor.execute("SELECT state = 'active' FROM mailbox_login WHERE address = %s", [address])
        return bool(cursor.fetchone()[0])


def test_a_suspended_mailbox_is_locked_until_it_is_resumed(acme, domain) -> None:
    mailbox = create(acme, domain)
    for _ in range(2):  # the repeat says nothing new
        services.suspend_mailbox(actor=acme.owner, mailbox_id=mailbox.public_id)
    assert not can_log_in(mailbox.address)
    services.resume_mailbox(actor=acme.owner, mailbox_id=mailbox.public_id)
    assert can_log_in(mailbox.address)
    told = OutboxEvent.objects.filter(type__startswith="mailbox.").order_by("id")
    assert [event.type for event in told] == [
        "mailbox.created",
        "mailbox.suspended",
        "mailbox.resumed",
    ]


def test_a_key_of_another_organisation_does_not_see_it(acme, domain) -> None:
    mailbox = create(acme, domain)
    other = create_organisation(actor=acme.owner, name="Other")
    stranger = Actor(
        kind=ActorKind.API_KEY,
        id="key_x",
        reseller=acme.reseller.public_id,
        scopes=frozenset({"mailboxes.write"}),
        organisation=other.public_id,
    )
    with pytest.raises(NotFound):
        services.suspend_mailbox(actor=stranger, mailbox_id=mailbox.public_id)
    with pytest.raises(NotFound):
        services.create_mailbox(
            actor=stranger, domain_id=domain.public_id, local_part="x", password=PASSWORD
        )
    assert can_log_in(mailbox.address)
