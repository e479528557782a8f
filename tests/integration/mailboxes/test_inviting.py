"""A mailbox made by invitation: mail arrives, and its owner chooses the password by a link."""

import re
from datetime import timedelta

import argon2
import pytest
from django.core import mail
from django.test import Client

from controlplane import dispatch
from kernel import clock
from kernel.errors import InvalidInput
from kernel.models import AuditEntry, OutboxEvent
from kernel.tasks import SCHEMA_HEADER, TenantTask
from kernel.tenancy import PUBLIC, current_schema, in_schema
from mailcore.directory.models import MailboxLogin
from mailcore.mailboxes import passwords, services, tasks
from mailcore.mailboxes.errors import TooManyInvitations
from mailcore.mailboxes.models import Mailbox
from mailcore.mailboxes.services import inviting
from tenants.organisations import services as organisations
from tenants.resellers import services as resellers
from tenants.resellers.errors import InvalidEmail
from tests.integration.api.conftest import Program

pytestmark = pytest.mark.django_db
SECRET = "a long enough secret"


@pytest.fixture
def api(acme) -> Program:
    _, secret = organisations.create_api_key(actor=acme.owner, name="tests")
    return Program(acme.host, secret)


@pytest.fixture
def browser(acme):
    """Opens pages of Acme's portal, as somebody who has no login there."""

    class Browser:
        def __init__(self) -> None:
            self.client = Client(headers={"host": acme.host})

        def __getattr__(self, method: str):
            def send(*args, **options):
                with in_schema(current_schema()):
                    return getattr(self.client, method)(*args, **options)

            return send

    return Browser


def link_of(message) -> str:
    found = re.search(r"(/mailbox-password/[\w-]+/)", message.body)
    assert found
    return found[1]


def made(acme, domain, name="anna", **options) -> Mailbox:
    options = options or {"invite": "Anna@Bücher.test"}
    return services.create_mailbox(
        actor=acme.owner, domain_id=domain.public_id, local_part=name, **options
    )


def handle() -> None:
    """What the worker does when it is woken."""
    assert not services.mail_links(seconds=60)


def password() -> str:
    return MailboxLogin.objects.get(address="anna@shop.test").password


def test_the_owner_chooses_the_password_once(acme, domain, api, browser, monkeypatch) -> None:
    def dear(_: str) -> str:
        raise AssertionError("no password, no argon2id")

    with monkeypatch.context() as patch:
        patch.setattr(passwords, "hash_for_dovecot", dear)
        body = {"domain": domain.reference, "local_part": "anna", "invite": "Anna@Bücher.test"}
        shown = api.post("mailboxes", body, Idempotency_Key="one").json()
        api.post("mailboxes", body, Idempotency_Key="one")
    assert (shown["state"], shown["invite"]) == ("active", "anna@xn--bcher-kva.test")
    assert password() == ""
    assert not mail.outbox, "nobody waits for a mail"
    handle()
    handle()
    (message,) = mail.outbox
    assert message.to == [shown["invite"]]
    assert message.subject == "Your new mailbox anna@shop.test"
    assert message.from_email.startswith('"Acme Mail"')
    token = link_of(message).split("/")[2]
    kept = [*OutboxEvent.objects.values_list("data"), *AuditEntry.objects.values_list("data")]
    assert token not in str(kept)
    assert token not in str(Mailbox.objects.values())
    owner, other = browser(), browser()
    for one in (owner, other):  # a scanner follows the link too
        answer = one.get(link_of(message))
        assert (answer.status_code, answer["Location"]) == (302, "/mailbox-password/")
    page = owner.get("/mailbox-password/")
    assert "anna@shop.test" in page.content.decode()
    assert page["Referrer-Policy"] == "same-origin"
    assert owner.post("/mailbox-password/", {"password": "short"}).status_code == 422
    assert password() == ""
    ready = owner.post("/mailbox-password/", {"password": SECRET}, follow=True)
    assert "Your mailbox is open" in ready.content.decode()
    assert argon2.PasswordHasher().verify(password().partition("}")[2], SECRET)
    # Good once, for whoever else has it open too.
    assert other.post("/mailbox-password/", {"password": "another long secret"}).status_code == 404
    assert owner.get(link_of(message)).status_code == 404
    assert argon2.PasswordHasher().verify(password().partition("}")[2], SECRET)
    shown = api.get(f"mailboxes/{shown['id']}").json()
    assert (shown["invite"], shown["invitation_expires_at"]) == (None, None)
    types = list(OutboxEvent.objects.filter(subject=shown["id"]).values_list("type", flat=True))
    assert types == ["mailbox.created", "mailbox.invited", "mailbox.password_changed"]


def test_a_link_ends_when_it_is_old_replaced_or_not_needed(acme, domain, api, browser) -> None:
    anna = made(acme, domain)
    handle()
    first = link_of(mail.outbox[0])
    path = f"mailboxes/{anna.reference}/invite"
    assert api.post(path).json()["code"] == "mailbox.invited_lately"
    earlier = clock.now() - inviting.AGAIN_AFTER
    Mailbox.objects.update(invited_at=earlier)
    assert api.post(path, {"invite": "anna@else.test"}).json()["invite"] == "anna@else.test"
    assert browser().get(first).status_code == 404, "also before the other one is mailed"
    handle()
    second = link_of(mail.outbox[1])
    assert mail.outbox[1].to == ["anna@else.test"]

    def status(link: str) -> int:
        return browser().get(link).status_code

    assert (status(first), status(second), status("/mailbox-password/none/")) == (404, 302, 404)
    with clock.at(clock.now() + inviting.LIFETIME):
        assert status(second) == 404
    services.delete_mailbox(actor=acme.owner, mailbox_id=anna.public_id)
    assert status(second) == 404
    services.restore_mailbox(actor=acme.owner, mailbox_id=anna.public_id)
    opened = browser()
    opened.get(second)
    services.change_mailbox(actor=acme.owner, mailbox_id=anna.public_id, password=SECRET)
    assert opened.post("/mailbox-password/", {"password": "x" * 20}).status_code == 404
    assert argon2.PasswordHasher().verify(password().partition("}")[2], SECRET)
    assert api.post(path).json()["code"] == "mailbox.not_invited"


def test_what_makes_no_invitation(acme, domain, api, monkeypatch) -> None:
    for options, error in (
        ({"invite": "x@y.test", "password": SECRET}, InvalidInput),
        ({"invite": "", "password": ""}, InvalidInput),
        ({"invite": "nobody"}, InvalidEmail),
        ({"invite": "ANNA@shop.test"}, InvalidInput),
    ):
        with pytest.raises(error):
            made(acme, domain, **options)
    made(acme, domain)
    monkeypatch.setattr(inviting, "MOST_A_DAY", 1)
    body = {"domain": domain.reference, "local_part": "ben", "invite": "ben@else.test"}
    assert api.post("mailboxes", body).json()["code"] == "mailbox.too_many_invitations"
    Mailbox.objects.update(invited_at=clock.now() - timedelta(days=2))
    assert api.post("mailboxes", body).status_code == 201
    rows = [
        {"address": "eva@shop.test", "invite": "eva@else.test"},
        {"address": "kim@shop.test"},
        {"address": "lea@shop.test", "invite": "lea@else.test", "password": SECRET},
    ]
    answer = api.post("mailboxes/bulk", rows)
    assert [one["pointer"] for one in answer.json()["errors"]] == ["/1", "/2"]
    assert api.post("mailboxes/bulk", rows[:1]).status_code == 202


def test_one_person_gets_few_links_in_a_day(acme, domain, monkeypatch) -> None:
    monkeypatch.setattr(inviting, "MOST_TO_ONE", 2)
    made(acme, domain)
    made(acme, domain, "ben", invite="anna+2@bücher.test")
    with pytest.raises(TooManyInvitations):
        made(acme, domain, "eva")
    assert not Mailbox.objects.filter(local_part="eva").exists()
    made(acme, domain, "eva", invite="eva@else.test")
    handle()
    assert len(mail.outbox) == 3


def test_who_has_a_password_gets_no_link_and_who_comes_back_does(acme, domain) -> None:
    anna, ben = made(acme, domain), made(acme, domain, "ben")
    services.change_mailbox(actor=acme.owner, mailbox_id=anna.public_id, password=SECRET)
    services.delete_mailbox(actor=acme.owner, mailbox_id=ben.public_id)
    handle()
    assert not mail.outbox
    services.restore_mailbox(actor=acme.owner, mailbox_id=ben.public_id)
    handle()
    assert len(mail.outbox) == 1


def test_a_late_link_is_good_for_as_long_as_its_mail_says(acme, domain, browser) -> None:
    made(acme, domain)
    later = clock.now() + inviting.LIFETIME + timedelta(days=1)
    with clock.at(later):
        handle()
    with clock.at(later + inviting.LIFETIME - timedelta(minutes=1)):
        assert browser().get(link_of(mail.outbox[0])).status_code == 302


def test_one_that_cannot_be_mailed_holds_up_no_other(acme, domain, monkeypatch) -> None:
    made(acme, domain)
    made(acme, domain, "ben", invite="ben@else.test")
    write = resellers.write_to

    def fail_once(**given: object) -> None:
        if given["address"] != "ben@else.test":
            raise RuntimeError("no mail to this one now")
        write(**given)

    with monkeypatch.context() as patch:
        patch.setattr(resellers, "write_to", fail_once)
        handle()
    assert [message.to for message in mail.outbox] == [["ben@else.test"]]
    assert services.mail_links(seconds=-1), "time is over, and one is left"
    handle()
    assert len(mail.outbox) == 2


@pytest.mark.django_db(transaction=True)
def test_an_invitation_wakes_the_worker_of_its_reseller(
    acme, domain, as_worker, monkeypatch
) -> None:
    def run_here(task, *_: object, headers: dict[str, str], **options: object) -> None:
        if task.name != "mailcore.mail_links_of_reseller":
            return
        with in_schema(headers[SCHEMA_HEADER]):
            task.run()

    monkeypatch.setattr(TenantTask, "apply_async", run_here)
    made(acme, domain)
    with in_schema(PUBLIC):
        dispatch.dispatch_due()
    assert [message.to for message in mail.outbox] == [["anna@xn--bcher-kva.test"]]
    made(acme, domain, "ben", invite="ben@else.test")
    with in_schema(PUBLIC):
        tasks.mail_links.run()
    assert len(mail.outbox) == 2, "nobody was woken: beat comes by"
