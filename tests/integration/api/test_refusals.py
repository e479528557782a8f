"""Below /api/ a refusal is a problem document, whoever refuses."""

import pytest
from django.db import OperationalError
from django.test import Client

from kernel.tenancy import PUBLIC, in_schema
from tenants.resellers.models import Reseller

pytestmark = pytest.mark.django_db


def ask(host, path="/api/v1/domains", *, method="GET", **options):
    client = Client(raise_request_exception=False)
    with in_schema(PUBLIC):
        return client.generic(
            method, path, headers={"Host": host, "X-Request-Id": "r-1234567"}, **options
        )


def check_headers(answer):
    """What browsers may do with an answer, whoever made it."""
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert "camera=()" in answer["Permissions-Policy"]


def check(answer, status, code):
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    body = answer.json()
    assert (body["code"], body["status"], body["request_id"]) == (code, status, "r-1234567")
    assert body["type"] == f"/api/v1/problems/{code}"
    assert len(body["detail"]) > 10
    assert {"title", "instance"} <= set(body)
    assert answer["Cache-Control"] == "no-store"
    assert answer.get("Content-Length", str(len(answer.content))) == str(len(answer.content))
    check_headers(answer)


@pytest.mark.parametrize(
    "host", ["nobody.livery.test", "bad host", "[::1", "127.0.0.1", "a_b.test"]
)
def test_a_host_that_serves_nothing(host):
    check(ask(host), 421, "host.unknown")
    page = ask(host, "/login/")
    assert (page.status_code, page["Content-Type"]) == (421, "text/html; charset=utf-8")
    check_headers(page)


def test_what_no_view_answers(acme):
    """Files, and what the machinery asks."""
    for path in ("/static/site.css", "/static/none.css", "/healthz", "/login/"):
        answer = ask(acme.host, path)
        check_headers(answer)
        answer.close()


def test_a_path_that_is_none(acme, settings):
    for path in ("/api/nothing", "/api/v2/domains", "/api/v1x/"):
        answer = ask(acme.host, path)
        check(answer, 404, "not_found")
    check(ask(settings.PLATFORM_HOST, "/api/nothing"), 404, "not_found")
    assert ask(acme.host, "/nothing")["Content-Type"].startswith("text/html")


def test_a_wrong_method_of_what_is_no_endpoint(acme):
    for path in ("/api/", "/api/v1/openapi.json"):
        answer = ask(acme.host, path, method="DELETE")
        check(answer, 405, "method_not_allowed")
        assert set(answer["Allow"].split(", ")) == {"GET", "HEAD"}


def test_a_form_that_nobody_may_send(acme):
    """CSRF protection covers what is no endpoint; its own page is HTML."""
    client = Client(enforce_csrf_checks=True)
    headers = {"Host": acme.host, "X-Request-Id": "r-1234567"}
    check(client.post("/api/v1/openapi.json", {"a": "b"}, headers=headers), 403, "not_allowed")


@pytest.mark.parametrize(
    ("state", "status", "code"),
    [("pending", 503, "unavailable"), ("suspended", 403, "portal.suspended")],
)
def test_a_portal_that_is_not_open(acme, state, status, code):
    with in_schema(PUBLIC):
        Reseller.objects.filter(pk=acme.reseller.pk).update(state=state)
    answer = ask(acme.host)
    check(answer, status, code)
    assert ("Retry-After" in answer) == (status == 503)
    page = ask(acme.host, "/login/")
    assert page.status_code == status
    check_headers(page)


def test_a_database_that_is_away(acme, monkeypatch):
    def away(_: str) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr("tenants.resellers.selectors.find_host", away)
    answer = ask(acme.host)
    check(answer, 503, "unavailable")
    assert answer["Retry-After"] == "10"


def test_a_fault_of_ours_outside_the_endpoints(acme, monkeypatch):
    def fail(*_: object) -> None:
        raise RuntimeError("broken in a test")

    monkeypatch.setattr("controlplane.portal.reference.written", fail)
    check(ask(acme.host, "/api/v1/openapi.json"), 500, "internal_error")
