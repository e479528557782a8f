"""The host name decides whose pages are served."""

import base64

import pytest
from django.conf import settings as django_settings
from django.db import OperationalError

from kernel.tenancy import PUBLIC, in_schema
from tenants.resellers.models import Brand, Reseller, ResellerHost

pytestmark = pytest.mark.django_db


@pytest.fixture
def webmail(acme):
    with in_schema(PUBLIC):
        ResellerHost.objects.create(
            domain=f"webmail.{acme.host}", tenant=acme.reseller, is_primary=False, kind="webmail"
        )
    return f"webmail.{acme.host}"


@pytest.mark.parametrize("host", ["nobody.livery.test", "example.org", "127.0.0.1", "bad host"])
def test_an_unknown_host_is_misdirected(browser, host):
    answer = browser(host).get("/login/")
    assert answer.status_code == 421
    assert "Livery" not in answer.content.decode()


def test_a_webmail_host_serves_no_portal(browser, webmail):
    assert browser(webmail).get("/login/").status_code == 421


def test_a_persons_own_browser_reaches_the_portal_by_its_local_twin(browser, acme):
    answer = browser("acme.livery.localhost:8453").get("/login/")
    assert "Acme Mail" in answer.content.decode()


def test_sign_up_is_served_by_the_platform_host_alone(browser, acme):
    assert browser().get("/signup/").status_code == 200
    assert browser(acme.host).get("/signup/").status_code == 404
    assert browser(acme.host).get("/operator/").status_code == 404


@pytest.mark.parametrize(("state", "status"), [("pending", 503), ("suspended", 403)])
def test_a_portal_that_is_not_open_says_so(browser, acme, state, status):
    with in_schema(PUBLIC):
        Reseller.objects.filter(pk=acme.reseller.pk).update(state=state)
    answer = browser(acme.host).get("/login/")
    assert answer.status_code == status
    assert "portal" in answer.content.decode()


def test_a_database_that_is_away_is_no_missing_portal(browser, acme, monkeypatch):
    def away(_: str) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr("tenants.resellers.selectors.find_host", away)
    answer = browser(acme.host).get("/login/")
    assert answer.status_code == 503
    assert answer["Retry-After"] == "10"
    assert "back in a moment" in answer.content.decode()


def test_alive_and_ready_answer_to_any_host(browser):
    for path in ("/healthz", "/readyz"):
        assert browser("10.0.0.1:8000").get(path).status_code == 200


@pytest.mark.parametrize(
    ("name", "status"),
    [("livery.test", 200), ("livery.localhost", 200), ("acme.livery.test", 200),
     ("acme.livery.localhost", 200), ("other.livery.test", 404), ("", 404), ("test", 404)],
)  # fmt: skip
def test_certificates_are_asked_for_known_names_only(browser, acme, name, status):
    assert browser("caddy").get("/ask", {"domain": name}).status_code == status


def test_a_webmail_name_gets_a_certificate(browser, webmail):
    assert browser("caddy").get("/ask", {"domain": webmail}).status_code == 200


@pytest.mark.parametrize(
    "path", ["/healthz", "/readyz", "/ask?domain=livery.test", "/webmail-brand"]
)
def test_internal_answers_are_not_given_through_the_proxy(browser, acme, path):
    headers = {"x-forwarded-for": "192.0.2.7"}
    assert browser(acme.host).get(path, headers=headers).status_code == 404


def test_webmail_learns_its_brand_with_the_key(browser, webmail, acme, settings):
    settings.WEBMAIL_KEY = "k" * 40
    logo = b"<svg/>"
    with in_schema(PUBLIC):
        Brand.objects.filter(reseller=acme.reseller).update(
            colour="#123456", logo=logo, logo_type="image/svg+xml"
        )
    ask = browser("roundcube")
    assert ask.get("/webmail-brand", {"host": webmail}).status_code == 403
    headers = {"x-livery-webmail-key": "k" * 40}
    told = ask.get("/webmail-brand", {"host": webmail}, headers=headers).json()
    assert told["product_name"] == "Acme Mail"
    assert told["colour"] == "#123456"
    assert base64.b64decode(told["logo_url"].partition("base64,")[2]) == logo
    twin = "webmail.acme.livery.localhost:8453"
    assert ask.get("/webmail-brand", {"host": twin}, headers=headers).status_code == 200
    portal = ask.get("/webmail-brand", {"host": acme.host}, headers=headers)
    assert portal.status_code == 404


def test_without_a_configured_key_nobody_learns_a_brand(browser, webmail, settings):
    settings.WEBMAIL_KEY = ""
    headers = {"x-livery-webmail-key": ""}
    answer = browser("x").get("/webmail-brand", {"host": webmail}, headers=headers)
    assert answer.status_code == 403


def test_every_answer_names_its_request(browser):
    client = browser("nobody.test")
    assert client.get("/", headers={"x-request-id": "abcdef-123"})["X-Request-Id"] == "abcdef-123"
    forged = client.get("/", headers={"x-request-id": "a b<script>"})["X-Request-Id"]
    assert "<" not in forged
    assert len(forged) == 32


def test_pages_allow_nothing_from_elsewhere(browser, acme):
    for host in ("nobody.test", acme.host, django_settings.PLATFORM_HOST):
        policy = browser(host).get("/login/")["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
