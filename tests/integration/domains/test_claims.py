"""A claim that nobody proves keeps a name from nobody: it can be contested, and it ends."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from controlplane import dispatch
from kernel import clock
from kernel.models import AuditEntry, OutboxEvent
from kernel.tenancy import in_schema
from mailcore.checks import services as checks
from mailcore.checks.models import DomainSchedule, RecordVerdict
from mailcore.directory import services as directory
from mailcore.directory.models import Route, SigningKey
from mailcore.domains import selectors, services
from mailcore.domains.errors import DomainTaken
from mailcore.domains.models import Domain
from mailcore.domains.services import checking
from mailcore.domains.services.claims import NOTICE
from tenants.plans.models import Counter

pytestmark = pytest.mark.django_db


def inside(cast):
    return in_schema(cast.reseller.schema_name)


def add(cast, name: str = "shop.test") -> Domain:
    with inside(cast):
        return services.add_domain(
            actor=cast.owner, organisation_id=cast.organisation.public_id, name=name
        )


def check(net, *claims) -> None:
    """One round, as the worker takes what is due: all are looked at before any is stored."""
    seen = []
    for cast, domain in claims:
        reseller_id = cast.reseller.public_id
        jobs = checking.jobs_of(reseller_id=reseller_id, domain_ids=[domain.public_id])
        for one, records in jobs:
            looks = checks.inspect({one.name: records}, exchange=net.exchange)[one.name]
            seen.append((reseller_id, one, looks))
    for reseller_id, one, looks in seen:
        checking.conclude(reseller_id=reseller_id, seen=[(one, looks)])


def events(kind: str) -> list[dict[str, object]]:
    found = OutboxEvent.objects.filter(type=kind).order_by("id")
    return list(found.values_list("data", flat=True))


@pytest.fixture
def mails(monkeypatch) -> list[tuple[str, dict[str, object]]]:
    sent = []
    monkeypatch.setattr(
        "controlplane.domain_events.resellers.notify_people",
        lambda *, template, context, **_: sent.append((template, context)),
    )
    return sent


def test_who_shows_the_proof_has_the_name_however_late_they_came(
    acme, globex, internet, mails
) -> None:
    """A squatter's claims on the name, above and below it end; nobody hears who was faster."""
    squatted = add(acme)
    below = add(acme, "mail.shop.test")
    other = add(acme, "workshop.test")
    owned = add(globex)
    assert squatted.ownership_token != owned.ownership_token
    net = internet("shop.test")
    # The squatter's other records change nothing: the proof decides.
    net.publish([*selectors.expected_records(squatted)[1:], selectors.ownership_of(owned)])
    check(net, (acme, squatted), (globex, owned))
    assert set(Domain.objects.values_list("state", flat=True)) == {"pending"}
    with inside(globex):
        assert Domain.objects.get().state == "verified"
        assert Route.objects.get(domain="shop.test").is_held
    check(net, (acme, squatted), (acme, below), (acme, other), (globex, owned))
    dispatch.dispatch_due()
    assert list(Domain.objects.values_list("pk", flat=True)) == [other.pk]
    for rows in (Route, SigningKey, DomainSchedule):
        assert set(rows.objects.values_list("domain", flat=True)) == {"workshop.test"}
    assert set(RecordVerdict.objects.values_list("domain_id", flat=True)) == {other.public_id}
    assert Counter.objects.get(feature="domains", reseller_id=acme.reseller.public_id).used == 1
    ended = AuditEntry.objects.filter(action="domain.claim_ended")
    assert {entry.data["reason"] for entry in ended} == {"proven_elsewhere"}
    assert {entry.subject for entry in ended} == {squatted.reference, below.reference}
    assert [names for _, context in mails for names in context["names"]] == [
        "shop.test",
        "mail.shop.test",
    ]
    assert "globex" not in str([entry.data for entry in ended] + mails).lower()
    # And from now on the name is taken, with all above and below.
    with pytest.raises(DomainTaken):
        add(acme)


def test_a_proof_that_comes_second_or_into_a_quarantine_proves_nothing(
    acme, globex, internet
) -> None:
    first, second = add(acme), add(globex)
    net = internet("shop.test")
    net.publish([selectors.ownership_of(domain) for domain in (first, second)])
    check(net, (acme, first))
    # Not by the service alone: the database has one holder of a name.
    with inside(globex), pytest.raises(IntegrityError), transaction.atomic():
        directory.set_routed("shop.test", is_verified=True)
    services.release_domain(actor=acme.owner, domain_id=first.public_id)
    check(net, (globex, second))
    with inside(globex):
        assert not Domain.objects.exists()
    assert Route.objects.count() == 0


def test_a_claim_of_another_is_no_secret_that_leaks(acme, globex) -> None:
    add(globex)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM public.route")
        assert cursor.fetchone()[0] == 0
    assert add(acme, "mail.shop.test").state == "pending"
    assert Route.objects.count() == 1


def test_what_nobody_proves_ends_after_a_notice(acme, internet, mails, settings) -> None:
    _, fresh, proven, stopped = (
        add(acme, f"{n}.test") for n in ("old", "fresh", "proven", "stopped")
    )
    start = clock.now()
    Domain.objects.exclude(pk=fresh.pk).update(
        created_at=start - timedelta(days=settings.CLAIM_DAYS)
    )
    Domain.objects.filter(pk=proven.pk).update(verified_at=start)  # it has lapsed since
    Domain.objects.filter(pk=stopped.pk).update(state="suspended", suspended_by="operator")
    assert services.end_old_claims() == 0, "nobody was told before"
    assert services.end_old_claims() == 0
    (warning,) = events("domain.claim_ending")
    assert (warning["name"], warning["until"] > (start + NOTICE).isoformat()) == ("old.test", True)
    with clock.at(start + NOTICE - timedelta(minutes=1)):
        assert services.end_old_claims() == 0
    with clock.at(clock.now() + NOTICE):
        assert services.end_old_claims() == 1
        assert services.end_old_claims() == 0
        dispatch.dispatch_due()
    left = set(Domain.objects.values_list("name", flat=True))
    assert left == {"fresh.test", "proven.test", "stopped.test"}
    ended = AuditEntry.objects.get(action="domain.claim_ended")
    assert (ended.data["name"], ended.data["reason"]) == ("old.test", "not_proven")
    told = [(context["what"], context["names"]) for _, context in mails]
    assert told == [("ending", ["old.test"]), ("not_proven", ["old.test"])]
    assert add(acme, "old.test").state == "pending"


def test_people_get_one_mail_however_many_claims_end(acme, mails, settings, monkeypatch) -> None:
    monkeypatch.setattr("mailcore.domains.services.claims.MOST_NAMED", 2)
    for n in range(3):
        add(acme, f"n{n}.test")
    Domain.objects.update(created_at=clock.now() - timedelta(days=settings.CLAIM_DAYS))
    services.end_old_claims()
    dispatch.dispatch_due()
    assert mails == [
        (
            "domain_claims",
            {"what": "ending", "names": ["n0.test", "n1.test"], "more": 1, "page": "domains/"},
        )
    ]


def test_a_claim_ends_with_the_mail_about_it_or_not_at_all(acme, settings, monkeypatch) -> None:
    monkeypatch.setattr("mailcore.domains.services.claims.SLICE", 2)
    for n in range(3):
        add(acme, f"n{n}.test")
    Domain.objects.update(created_at=clock.now() - timedelta(days=settings.CLAIM_DAYS))
    services.end_old_claims()
    with clock.at(clock.now() + NOTICE):
        with monkeypatch.context() as broken:
            broken.setattr("mailcore.domains.services.claims._tell", lambda *_: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                services.end_old_claims()
        assert Domain.objects.count() == 3
        assert services.end_old_claims() == 3
    told = [(one["what"], one["names"]) for one in events("domain.claims_told")]
    assert told == [
        (what, names)
        for what in ("ending", "not_proven")
        for names in (["n0.test", "n1.test"], ["n2.test"])
    ]


def test_a_claim_that_was_suspended_gets_its_notice_anew(acme, settings) -> None:
    domain, start = add(acme), clock.now()
    Domain.objects.update(created_at=start - timedelta(days=settings.CLAIM_DAYS))
    services.end_old_claims()
    services.suspend_domain(actor=acme.owner, domain_id=domain.public_id)
    for days, warnings, ended in ((0, 2, 0), (6, 2, 0), (7, 2, 1)):
        with clock.at(start + NOTICE + timedelta(days=days, minutes=1)):
            if not days:
                services.resume_domain(actor=acme.owner, domain_id=domain.public_id)
            assert services.end_old_claims() == ended
        assert len(events("domain.claim_ending")) == warnings
