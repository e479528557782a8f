"""Records that were right and break: one alarm, one mail, and an end when they are back."""

from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from controlplane import dispatch
from kernel import clock
from kernel.models import OutboxEvent
from kernel.roles import as_role
from kernel.tenancy import in_schema
from mailcore.checks.models import DomainAlarm
from mailcore.directory.models import Route
from mailcore.domains import alarms, selectors, services
from mailcore.domains.services import telling
from mailcore.domains.services.consequences.alarms import OPEN_AFTER
from mailcore.domains.services.consequences.evidence import LAPSE_GRACE
from mailcore.domains.services.telling import MAILS
from mailcore.domains.tasks import tell_domain_alarms
from tenants.accounts.models import Member
from tenants.organisations import services as organisations
from tests.integration.api.conftest import Program

pytestmark = pytest.mark.django_db


class Shop:
    """A verified domain, looked at minute by minute."""

    def __init__(self, cast, net) -> None:
        # In the past, so that what is told is due at once.
        self.net, self.now = net, timezone.now() - timedelta(days=3)
        self.domain = services.add_domain(
            actor=cast.owner, organisation_id=cast.organisation.public_id, name="shop.test"
        )
        self.records = selectors.expected_records(self.domain)
        self.show()
        self.look()

    def show(self, *, without: tuple[str, ...] = ()) -> None:
        self.net.publish([record for record in self.records if record.purpose not in without])

    def look(self, times: int = 1, *, after: timedelta = timedelta(minutes=5)) -> None:
        for _ in range(times):
            self.now += after
            with clock.at(self.now):
                services.check_domain(domain_id=self.domain.public_id, exchange=self.net.exchange)


@pytest.fixture
def shop(acme, internet, settings) -> Shop:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    return Shop(acme, internet("shop.test"))


def program(cast, **options) -> Program:
    with in_schema(cast.reseller.schema_name):
        _, secret = organisations.create_api_key(actor=cast.owner, name="tests", **options)
    return Program(cast.host, secret)


def told(kind: str) -> list[list[str]]:
    """What events of a kind told: the kinds of records of each."""
    found = OutboxEvent.objects.filter(type=kind).order_by("id")
    return [sorted(one["kind"] for one in event.data["records"]) for event in found]


def open_now() -> set[str]:
    return set(DomainAlarm.objects.filter(state="open").values_list("kind", flat=True))


def test_five_records_that_vanish_are_one_event_and_one_mail_and_so_is_their_return(
    acme, shop
) -> None:
    Member.objects.create(email="ada@acme.test", role="admin")
    Member.objects.create(email="bob@acme.test", role="support")
    dispatch.dispatch_due()
    mail.outbox.clear()
    lost = ("mx", "spf", "dkim-rsa", "dkim-ed25519", "dmarc")
    kinds = sorted(record.purpose for record in shop.records if record.purpose in lost)
    assert len(kinds) >= len(lost)
    shop.show(without=lost)
    shop.look(OPEN_AFTER - 1)
    assert open_now() == set()
    shop.look(3)
    assert open_now() == set(lost)
    assert told("dns.drifted") == [kinds]
    dispatch.dispatch_due()
    assert sorted(one.to[0] for one in mail.outbox) == sorted(
        {"ada@acme.test", acme.owner_email, acme.reseller.owner_email}
    )
    first = mail.outbox[0]
    assert first.subject == "Look at the DNS of shop.test"
    assert first.from_email.startswith('"Acme Mail"')
    for fact in ("Add this MX record", "(DMARC)", f"/domains/{shop.domain.reference}/"):
        assert fact in first.body
    (html, _) = first.alternatives[0]
    for fact in ("mx.infra.test", "Priority: 10", "v=DMARC1; p=none; rua=mailto:dmarc-"):
        assert fact in first.body, "whoever runs the DNS may see nothing but this mail"
        assert fact in html

    mail.outbox.clear()
    shop.show()
    shop.look(2)
    assert open_now() == set()
    assert told("dns.recovered") == [kinds]
    dispatch.dispatch_due()
    assert {one.subject for one in mail.outbox} == {"Recovered: the DNS of shop.test"}
    assert len(mail.outbox) == 3
    assert DomainAlarm.objects.filter(closed_at__isnull=False).count() == len(kinds)


def test_the_organisations_contact_hears_of_it_once_without_a_link_to_the_portal(
    acme, shop
) -> None:
    api, path = program(acme), f"organisations/{acme.organisation.reference}"
    seen = api.get(path)
    body = {"contact_email": "IT@Bücher.test"}
    answer = api.patch(path, body, If_Match=seen["ETag"])
    assert answer.json()["contact_email"] == "it@xn--bcher-kva.test"
    assert api.patch(path, {"name": "x"}, If_Match=seen["ETag"]).status_code == 412
    assert api.patch(path, {"contact_email": "nobody"}).json()["code"] == "reseller.email_invalid"
    assert OutboxEvent.objects.filter(type="organisation.changed").count() == 1
    dispatch.dispatch_due()
    for contact, mails in (("it@xn--bcher-kva.test", 1), (acme.owner_email, 0), ("", 0)):
        api.patch(path, {"contact_email": contact})
        for records, subject in ((("mx",), "Look at the DNS"), ((), "Recovered: the DNS")):
            mail.outbox.clear()
            shop.show(without=records)
            shop.look(OPEN_AFTER + 2)
            dispatch.dispatch_due()
            assert sorted(one.to[0] for one in mail.outbox) == sorted(
                {acme.owner_email, acme.reseller.owner_email} | ({contact} if mails else set())
            )
            for one in mail.outbox:
                assert one.subject.startswith(subject)
                assert one.from_email.startswith('"Acme Mail"')
                is_contact = one.to == ["it@xn--bcher-kva.test"]
                assert (acme.host in one.body) is not is_contact
                assert ("as the contact of Acme Client" in one.body) is is_contact
        shop.look(after=timedelta(days=1))  # so that the next mails are none too many


def test_a_mail_of_the_release_before_that_names_no_organisation_is_sent(acme, shop) -> None:
    dispatch.dispatch_due()
    mail.outbox.clear()
    shop.show(without=("mx",))
    shop.look(OPEN_AFTER)
    event = OutboxEvent.objects.get(type="domain.alarms_told")
    del event.data["organisation_id"]
    event.save(update_fields=["data"])
    dispatch.dispatch_due()
    assert {one.to[0] for one in mail.outbox} == {acme.owner_email, acme.reseller.owner_email}
    assert not OutboxEvent.objects.filter(pk=event.pk).exists()


def test_a_record_that_is_deleted_and_put_in_again_by_hand_is_no_alarm(shop) -> None:
    gone = ("mx", "return-path", "dkim-rsa")
    for short in (True, False):
        shop.show(without=gone)
        for _ in range(5):
            shop.look(after=timedelta(seconds=5))
        assert open_now() == set()
        assert Route.objects.get(domain="bounce.shop.test").is_verified
        if short:
            shop.show()
            shop.look()
    shop.look(2)
    assert open_now() >= {"mx", "return-path"}
    assert not Route.objects.get(domain="bounce.shop.test").is_verified


def test_only_what_was_right_before_can_drift(acme, internet) -> None:
    net = internet("shop.test")
    shop = Shop(acme, net)
    DomainAlarm.objects.all().delete()
    other = services.add_domain(
        actor=acme.owner, organisation_id=acme.organisation.public_id, name="new.test"
    )
    net = internet("new.test")
    net.publish([record for record in selectors.expected_records(other) if record.type == "TXT"])
    for _ in range(OPEN_AFTER + 1):
        services.check_domain(domain_id=other.public_id, exchange=net.exchange)
    assert selectors.get_domain(other.public_id).state == "verified"
    assert open_now() == set()
    # What we want anew was never there: a stricter policy is no drift of the old one.
    shop.net.publish([record for record in shop.records if record.purpose != "mx"])
    shop.domain.refresh_from_db()
    shop.look(OPEN_AFTER)
    assert open_now() == {"mx"}


def test_servers_that_do_not_answer_neither_open_nor_close(shop) -> None:
    shop.net.exchange.silent |= {"10.0.0.3", "10.0.0.4"}
    shop.look(OPEN_AFTER + 2)
    assert open_now() == set()
    shop.net.exchange.silent.clear()
    shop.show(without=("mx",))
    shop.look(OPEN_AFTER)
    shop.net.exchange.silent |= {"10.0.0.3", "10.0.0.4"}
    shop.look(2)
    assert open_now() == {"mx"}


def test_a_record_that_comes_and_goes_sends_a_bounded_number_of_mails(shop) -> None:
    for _ in range(3):
        shop.show(without=("mx",))
        shop.look(OPEN_AFTER)
        shop.show()
        shop.look()
    mails = OutboxEvent.objects.filter(type="domain.alarms_told")
    assert mails.count() == MAILS
    assert len(told("dns.drifted")) == len(told("dns.recovered")) == 3
    # It ends broken; the last that people heard is that all is well: they hear of it next day, once.
    shop.show(without=("mx",))
    shop.look(OPEN_AFTER)
    assert mails.count() == MAILS
    with clock.at(shop.now + timedelta(days=1, minutes=1)):
        assert telling.tell_of(shop.domain.public_id)
        assert not telling.tell_of(shop.domain.public_id)
    assert mails.count() == MAILS + 1
    assert [one["kind"] for one in mails.order_by("id").last().data["opened"]] == ["mx"]


def test_a_lapse_is_an_alarm_until_the_domain_is_verified_again(shop) -> None:
    shop.net.publish([])
    shop.look(OPEN_AFTER)
    shop.now += LAPSE_GRACE
    shop.look()
    assert "lapsed" in open_now()
    shop.show()
    shop.look()
    assert open_now() == set()
    assert "lapsed" in told("dns.recovered")[-1]


def test_whoever_gives_a_domain_up_has_no_alarms_of_it(acme, shop) -> None:
    shop.show(without=("mx",))
    shop.look(OPEN_AFTER)
    services.release_domain(actor=acme.owner, domain_id=shop.domain.public_id)
    assert not DomainAlarm.objects.exists()


def test_alarms_are_shown_to_whom_the_domain_is_shown(acme, globex, shop) -> None:
    shop.show(without=("mx",))
    shop.look(OPEN_AFTER)
    api, theirs = program(acme), program(globex)
    (alarm,) = api.get("alarms", state="open").json()["data"]
    assert (alarm["record"], alarm["domain"]) == ("mx", shop.domain.reference)
    assert alarm["sentence"].startswith("Add this MX record")
    assert api.get(f"domains/{shop.domain.reference}/alarms").json()["data"] == [alarm]
    assert api.get("alarms", state="closed").json()["data"] == []
    assert theirs.get("alarms").json()["data"] == []
    assert theirs.get(f"domains/{shop.domain.reference}/alarms").status_code == 404
    other = organisations.create_organisation(actor=acme.owner, name="Other")
    bound = program(acme, organisation=other.public_id)
    assert bound.get("alarms").json()["data"] == []
    with in_schema(globex.reseller.schema_name):
        assert not alarms.list_open(globex.owner).exists()


def test_the_portal_shows_what_is_broken(acme, shop) -> None:
    alice = Client(headers={"host": acme.host})
    alice.post("/login/", {"email": acme.owner_email, "password": acme.password})
    shop.show(without=("mx",))
    shop.look(OPEN_AFTER)
    assert "DNS records that were right" in alice.get("/").content.decode()
    page = alice.get(f"/domains/{shop.domain.reference}/").content.decode()
    assert "Add this MX record" in page.partition("notice-warning")[2]


@pytest.mark.django_db(transaction=True)
def test_the_worker_tells_what_was_held_back_of_every_reseller(acme, shop) -> None:
    shop.show(without=("mx",))
    shop.look(OPEN_AFTER)
    DomainAlarm.objects.update(told_at=None)
    with in_schema("public"), as_role("worker"):
        tell_domain_alarms.run()
    assert DomainAlarm.objects.exclude(told_at=None).count() == 1
