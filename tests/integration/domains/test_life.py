"""A domain's life after it was proven: switched off and on, lost, given up, and taken by others."""

import io
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from kernel import clock
from kernel.actor import SYSTEM
from kernel.models import AuditEntry, OutboxEvent
from kernel.roles import as_role
from kernel.tenancy import in_schema
from mailcore.checks.models import DomainSchedule, RecordVerdict
from mailcore.delivery.sending import services as sending
from mailcore.directory import services as directory
from mailcore.directory.models import ReleasedName, Route, SigningKey
from mailcore.domains import selectors, services
from mailcore.domains.errors import (
    DomainInUse,
    DomainNotVerified,
    DomainQuarantined,
    DomainTaken,
    SuspendedByOperator,
)
from mailcore.domains.models import Domain
from mailcore.domains.services.consequences.evidence import LAPSE_AFTER, LAPSE_GRACE
from mailcore.mailboxes import services as mailboxes
from tenants.plans.models import Counter

MESSAGE = {"from": "anna@shop.test", "to": ["ben@out.test"], "text": "Hello"}


def add(cast, name: str = "shop.test") -> Domain:
    with in_schema(cast.reseller.schema_name):
        return services.add_domain(
            actor=cast.owner, organisation_id=cast.organisation.public_id, name=name
        )


@pytest.fixture
def shop(acme, internet, publish_all):
    """A verified domain and the internet that shows it."""
    domain = add(acme)
    net = internet("shop.test")
    publish_all(net, domain)
    return services.check_domain(domain_id=domain.public_id, exchange=net.exchange), net


def look(shop, *, at=None) -> Domain:
    domain, net = shop
    with clock.at(at or clock.now()):
        return services.check_domain(domain_id=domain.public_id, exchange=net.exchange)


def mailbox(acme, domain: Domain):
    return mailboxes.create_mailbox(
        actor=acme.owner,
        domain_id=domain.public_id,
        local_part="anna",
        password="a long enough secret",
    )


def seen_by(role: str, view: str) -> list[str]:
    """A look-up view as Postfix or Dovecot reads it; needs committed rows."""
    with as_role(role), connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM public.{view}")
        return [row[0] for row in cursor.fetchall()]


def events(kind: str) -> list[dict[str, object]]:
    found = OutboxEvent.objects.filter(type=kind).order_by("id")
    return list(found.values_list("data", flat=True))


def test_a_suspended_domain_neither_sends_nor_receives_until_dns_proves_it_again(
    acme, shop
) -> None:
    domain, net = shop
    mailbox(acme, domain)
    services.suspend_domain(actor=acme.owner, domain_id=domain.public_id)
    assert not Route.objects.get(domain="shop.test").is_verified
    (sent,) = sending.send_messages(actor=acme.owner, given=[MESSAGE])
    assert isinstance(sent.error, DomainNotVerified)
    with pytest.raises(DomainNotVerified):
        mailboxes.create_mailbox(
            actor=acme.owner, domain_id=domain.public_id, local_part="b", password="a" * 20
        )
    # Looks go on, and switch nothing on by themselves.
    assert look(shop).state == "suspended"

    net.publish([])
    services.resume_domain(actor=acme.owner, domain_id=domain.public_id)
    assert look(shop).state == "pending"
    net.publish(selectors.expected_records(domain))
    assert look(shop).state == "verified"
    assert Route.objects.get(domain="shop.test").is_verified
    assert [event["by"] for event in events("domain.suspended")] == ["reseller"]
    assert len(events("domain.resumed")) == 1


def test_what_the_operator_suspended_only_the_operator_lets_go_on(acme, shop) -> None:
    domain, _ = shop
    services.suspend_domain(actor=acme.owner, domain_id=domain.public_id)
    services.suspend_domain(actor=SYSTEM, domain_id=domain.public_id)
    services.suspend_domain(actor=acme.owner, domain_id=domain.public_id)
    for attempt in (services.resume_domain, services.release_domain):
        with pytest.raises(SuspendedByOperator):
            attempt(actor=acme.owner, domain_id=domain.public_id)
    assert services.resume_domain(actor=SYSTEM, domain_id=domain.public_id).state == "pending"
    assert [event["by"] for event in events("domain.suspended")] == ["reseller", "operator"]


def test_a_domain_that_shows_nothing_of_us_for_a_day_lapses_and_may_come_back(shop) -> None:
    domain, net = shop
    records = selectors.expected_records(domain)
    net.publish([])
    start = timezone.now()
    for minute in range(LAPSE_AFTER + 1):
        assert look(shop, at=start + timedelta(minutes=minute)).state == "verified"
    # One record that leads to us, and the day begins anew.
    net.publish([record for record in records if record.purpose == "mx"])
    assert look(shop, at=start + LAPSE_GRACE).state == "verified"
    net.publish([])
    for minute in range(LAPSE_AFTER):
        assert look(shop, at=start + LAPSE_GRACE + timedelta(minutes=minute)).state == "verified"
    lapsed = look(shop, at=start + 2 * LAPSE_GRACE)
    assert lapsed.state == "pending"
    assert not Route.objects.get(domain="shop.test").is_verified
    assert len(events("domain.lapsed")) == 1
    net.publish(records)
    assert look(shop).state == "verified"


def test_servers_that_do_not_answer_let_nothing_lapse(shop) -> None:
    _, net = shop
    net.publish([])
    start = timezone.now()
    for minute in range(LAPSE_AFTER):
        look(shop, at=start + timedelta(minutes=minute))
    net.exchange.silent |= {"10.0.0.3", "10.0.0.4"}
    for day in range(2, 6):
        assert look(shop, at=start + timedelta(days=day)).state == "verified"


def test_a_released_domain_leaves_nothing_but_its_quarantine(acme, globex, shop) -> None:
    domain, _ = shop
    services.release_domain(actor=acme.owner, domain_id=domain.public_id)
    assert not Domain.objects.exists()
    for rows in (Route, SigningKey, DomainSchedule, RecordVerdict):
        assert not rows.objects.exists(), rows
    assert Counter.objects.get(feature="domains").used == 0
    assert len(events("domain.released")) == 1
    assert AuditEntry.objects.filter(action="domain.released").count() == 1
    for name in ("shop.test", "SHOP.test.", "ｓｈｏｐ.test", "mail.shop.test"):
        with pytest.raises(DomainQuarantined):
            add(globex, name)
    again = add(acme)
    assert again.ownership_token != domain.ownership_token
    assert again.state == "pending"
    with pytest.raises(DomainQuarantined):
        add(globex)


def test_the_quarantine_ends_by_time_or_by_the_operator(acme, globex, shop, settings) -> None:
    services.release_domain(actor=acme.owner, domain_id=shop[0].public_id)
    later = clock.now() + timedelta(days=settings.NAME_QUARANTINE_DAYS, seconds=1)
    with clock.at(later):
        assert directory.kept_until("shop.test", reseller_id=globex.reseller.public_id) is None
    with in_schema(globex.reseller.schema_name):
        assert directory.set_free("shop.test") == 0
    ReleasedName.objects.update(kept_until=clock.now())
    assert add(globex).state == "pending"


def test_a_claim_that_was_never_proven_keeps_the_name_from_nobody(acme, globex) -> None:
    domain = add(acme)
    services.release_domain(actor=acme.owner, domain_id=domain.public_id)
    assert add(globex).name == "shop.test"


def test_a_domain_with_addresses_is_not_released(acme, shop) -> None:
    domain, _ = shop
    mailbox(acme, domain)
    with pytest.raises(DomainInUse) as refused:
        services.release_domain(actor=acme.owner, domain_id=domain.public_id)
    assert refused.value.detail["in_use"] == 1
    assert Route.objects.get(domain="shop.test").is_verified
    assert Counter.objects.get(feature="domains").used == 1


@pytest.mark.parametrize(
    ("held", "wanted"),
    [
        ("shop.test", "shop.test"),
        ("shop.test", "SHOP.Test"),
        ("shop.test", "shop.test."),
        ("shop.test", "ｓｈｏｐ．ｔｅｓｔ"),
        ("shop.test", "shop。test"),
        ("shop.test", "mail.shop.test"),
        ("shop.test", "a.b.shop.test"),
        ("mail.shop.test", "shop.test"),
        ("shöp.test", "xn--shp-tna.test"),
        ("xn--shp-tna.test", "SHÖP.test."),
        ("shöp.test", "sho\u0308p.test"),
        ("shöp.test", "mail.XN--SHP-TNA.test"),
    ],
)
def test_no_spelling_parent_or_child_of_anothers_domain_can_be_taken(
    acme, globex, held, wanted
) -> None:
    directory.set_routed(add(acme, held).name, is_verified=True)
    with pytest.raises(DomainTaken):
        add(globex, wanted)


@pytest.mark.django_db(transaction=True)
def test_the_operator_switches_domains_and_frees_names_by_command(acme, globex, shop) -> None:
    domain, _ = shop

    def order(*words: str) -> str:
        out = io.StringIO()
        with in_schema("public"):
            call_command("domains", *words, stdout=out)
        return out.getvalue().strip()

    assert order("suspend", "Shop.Test.") == "shop.test is suspended"
    assert Domain.objects.get().suspended_by == "operator"
    assert order("resume", "shop.test") == "shop.test is pending"
    services.release_domain(actor=acme.owner, domain_id=domain.public_id)
    with pytest.raises(DomainQuarantined):
        add(globex)
    assert order("free", "shop.test").startswith("shop.test may be added")
    assert add(globex).name == "shop.test"
    for wrong in (("free", "shop.test"), ("suspend", "nobody.test"), ("resume", "a b")):
        with pytest.raises(CommandError):
            order(*wrong)


def test_who_gives_a_domain_up_keeps_another_that_has_the_name_of_its_bounces(acme, shop) -> None:
    Route.objects.filter(domain="bounce.shop.test").delete()  # it was there before
    other = add(acme, "bounce.shop.test")
    services.release_domain(actor=acme.owner, domain_id=shop[0].public_id)
    assert Route.objects.get().public_id == other.public_id


@pytest.mark.django_db(transaction=True)
def test_postfix_and_dovecot_see_a_domain_only_while_it_is_verified(acme, shop) -> None:
    domain, _ = shop
    mailbox(acme, domain)
    views = ("postfix_domain", "postfix_mailbox")
    routed, received = [seen_by("postfix", view) for view in views]
    assert sorted(routed) == ["bounce.shop.test", "shop.test"]
    assert received == ["anna@shop.test"]
    services.suspend_domain(actor=acme.owner, domain_id=domain.public_id)
    assert [seen_by("postfix", view) for view in views] == [[], []]
    # Its owner still reads what was received.
    assert seen_by("dovecot", "dovecot_login") == ["anna@shop.test"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT sec.hosted_among(ARRAY['shop.test'])")
        assert cursor.fetchall() == []
