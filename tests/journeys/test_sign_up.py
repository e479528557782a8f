"""J1: from the form on the platform host to the owner's dashboard, with every step repeatable."""

import re
import secrets
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test import Client

from billing.pricing import services as pricing
from controlplane import dispatch
from kernel import clock
from kernel.roles import as_role
from kernel.tenancy import in_schema
from tenants.accounts.models import Member
from tenants.plans import services as plans
from tenants.resellers.models import Reseller, ResellerHost, SignUp

pytestmark = pytest.mark.django_db(transaction=True)

PLATFORM = "livery.test"
PASSWORD = "a-long-enough-pass"


@pytest.fixture
def slug() -> str:
    return f"shop-{secrets.token_hex(4)}"


@pytest.fixture
def browser() -> Client:
    return Client(headers={"host": PLATFORM})


@pytest.fixture(autouse=True)
def _seeded() -> None:
    with as_role("operator"):
        plans.ensure_default_plan()
        pricing.ensure_default_prices()


def fill(browser, slug, **changed):
    fields = {
        "company": "Nordlicht Hosting", "slug": slug,
        "email": f"owner@{slug}.example.org", "password": PASSWORD, **changed,
    }  # fmt: skip
    return browser.post("/signup/", fields)


def link_in_last_mail() -> str:
    found = re.search(rf"https://{PLATFORM}(/signup/confirm/\S+/)", mail.outbox[-1].body)
    assert found
    return found[1]


def work() -> None:
    """What the worker does; handlers run as its role."""
    with as_role("worker"):
        while dispatch.dispatch_due():
            pass


def signed_up(browser, slug) -> str:
    assert fill(browser, slug).status_code == 302
    return link_in_last_mail()


def test_a_confirmed_sign_up_becomes_a_portal_in_the_owners_name(browser, slug):
    link = signed_up(browser, slug)
    # Confirmation from another browser: the link alone is enough.
    other = Client(headers={"host": PLATFORM})
    assert "Nordlicht Hosting" in other.get(link).content.decode()
    status = other.post(link, follow=True)
    assert "Preparing your portal" in status.content.decode()
    assert status["Refresh"] == "2"
    portal = Client(headers={"host": f"{slug}.{PLATFORM}"})
    assert portal.get("/login/").status_code == 503
    work()
    page = other.get(status.wsgi_request.path).content.decode()
    assert f'href="https://{slug}.{PLATFORM}/login/"' in page
    answer = portal.post(
        "/login/", {"email": f"Owner@{slug}.example.org", "password": PASSWORD}, follow=True
    )
    assert answer.status_code == 200
    assert "Nordlicht Hosting" in answer.content.decode()
    assert mail.outbox[-1].to == [f"owner@{slug}.example.org"]
    assert f"https://{slug}.{PLATFORM}/login/" in mail.outbox[-1].body


def test_a_repeated_confirmation_makes_nothing_twice(browser, slug):
    link = signed_up(browser, slug)
    browser.post(link)
    work()
    again = browser.post(link)
    assert again.status_code == 302
    work()
    assert Reseller.objects.filter(slug=slug).count() == 1
    reseller = Reseller.objects.get(slug=slug)
    assert sorted(reseller.domains.values_list("domain", flat=True)) == [
        f"autoconfig.{slug}.{PLATFORM}", f"{slug}.{PLATFORM}", f"webmail.{slug}.{PLATFORM}",
    ]  # fmt: skip
    with in_schema(reseller.schema_name):
        assert Member.objects.count() == 1


@pytest.mark.parametrize("killed_in", ["replay", "current_key"])
def test_a_worker_killed_half_way_leaves_a_reseller_that_can_be_finished(
    browser, slug, killed_in, monkeypatch
):
    browser.post(signed_up(browser, slug))
    module = (
        f"tenants.resellers.services.provisioning.{'schema' if killed_in == 'replay' else 'keys'}"
    )
    with monkeypatch.context() as patch:

        def die(*_: object) -> None:
            raise ConnectionError("killed")

        patch.setattr(f"{module}.{killed_in}", die)
        work()
    assert Reseller.objects.get(slug=slug).state == "pending"
    with clock.at(clock.now() + timedelta(minutes=5)):
        work()
    assert Reseller.objects.get(slug=slug).state == "active"


def test_the_password_hash_of_the_form_is_forgotten_once_the_owner_has_it(browser, slug):
    browser.post(signed_up(browser, slug))
    assert SignUp.objects.get(slug=slug).password.startswith("argon2$argon2id$")
    work()
    assert SignUp.objects.get(slug=slug).password == ""


def test_whoever_confirms_second_is_asked_for_another_address(browser, slug):
    first = signed_up(browser, slug)
    fill(browser, slug, email="somebody-else@example.org")
    second = link_in_last_mail()
    assert first != second
    browser.post(first)
    refused = browser.post(second)
    assert refused.status_code == 409
    assert "already in use" in refused.content.decode()
    accepted = browser.post(second, {"slug": f"{slug}-two"})
    assert accepted.status_code == 302
    assert ResellerHost.objects.filter(domain=f"{slug}-two.{PLATFORM}").exists()


def test_somebody_who_filled_the_form_in_twice_may_use_either_link(browser, slug):
    first = signed_up(browser, slug)
    fill(browser, slug, password="another-long-pass")
    second = link_in_last_mail()
    assert first != second
    status = browser.post(first)["Location"]
    assert browser.post(second)["Location"] == status
    work()
    assert Reseller.objects.filter(slug=slug).count() == 1


def test_of_two_confirmations_at_the_same_moment_one_gets_the_name(browser, slug):
    links = [signed_up(browser, slug)]
    fill(browser, slug, email="somebody-else@example.org")
    links.append(link_in_last_mail())

    def confirm(link: str) -> int:
        try:
            return Client(headers={"host": PLATFORM}).post(link).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=4) as pool:
        answers = sorted(pool.map(confirm, links * 2))
    assert answers == [302, 302, 409, 409]  # each link was used twice
    assert Reseller.objects.filter(slug=slug).count() == 1


def test_a_link_works_for_24_hours(browser, slug):
    link = signed_up(browser, slug)
    with clock.at(clock.now() + timedelta(hours=25)):
        assert browser.get(link).status_code == 410
        assert browser.post(link).status_code == 410
    assert not Reseller.objects.filter(slug=slug).exists()


def test_opening_the_link_alone_makes_nothing(browser, slug):
    browser.get(signed_up(browser, slug))
    assert not Reseller.objects.filter(slug=slug).exists()


def test_the_same_address_at_two_resellers_is_two_accounts(browser, slug):
    for name, password in ((slug, PASSWORD), (f"{slug}-b", "another-long-pass")):
        fill(browser, name, email="same@example.org", password=password)
        browser.post(link_in_last_mail())
        work()
    portal = Client(headers={"host": f"{slug}-b.{PLATFORM}"})
    fields = {"email": "same@example.org", "password": PASSWORD}
    assert portal.post("/login/", fields).status_code == 422
    assert portal.post("/login/", fields | {"password": "another-long-pass"}).status_code == 302
