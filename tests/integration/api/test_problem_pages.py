"""A problem's `type` leads to a page that says what its code means, for anybody, wherever it came from."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from controlplane.api import meanings
from kernel.tenancy import PUBLIC, in_schema
from tenants.resellers.models import Reseller
from tests.integration.api.test_refusals import ask, check, check_headers

pytestmark = pytest.mark.django_db


def read(host, url):
    answer = ask(host, url)
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/html; charset=utf-8"), url
    return answer.content.decode()


def test_the_type_of_a_refusal_is_a_page(acme, settings):
    for host in (acme.host, settings.PLATFORM_HOST):
        page = read(host, ask(host).json()["type"])
        assert "not_authenticated" in page
        assert "No key, or one that is unknown, expired or revoked" in page
        assert "<code>Authorization: Bearer</code>" in page


def test_every_code_has_a_page_where_it_is_answered(acme, settings):
    for code in meanings.RESELLERS:
        assert f"<title>{code} · Acme" in read(acme.host, f"/api/v1/problems/{code}")
    page = read(acme.host, "/api/v1/problems/domain.public_suffix")
    assert "Enter the whole name, such as example.com." in page
    assert "<code>POST /api/v1/domains</code>" in page
    read(settings.PLATFORM_HOST, "/api/v1/problems/domain.taken")
    read(settings.PLATFORM_HOST, "/api/v1/problems/egress.last_source")
    # What only the operator is answered is none of a reseller's.
    for unknown in ("egress.last_source", "nothing", "Domain.taken", "a" * 300, "%00"):
        check(ask(acme.host, f"/api/v1/problems/{unknown}"), 404, "not_found")


def test_the_page_is_kept_and_costs_no_look_at_anybody(acme):
    with CaptureQueriesContext(
        connection,
    ) as asked:
        answer = ask(acme.host, "/api/v1/problems/not_found")
    assert "max-age=3600" in answer["Cache-Control"]
    check_headers(answer)
    assert ask(acme.host, "/api/v1/problems/not_found", method="HEAD").content == b""
    check(ask(acme.host, "/api/v1/problems/not_found", method="POST"), 405, "method_not_allowed")
    assert not [one for one in asked.captured_queries if "session" in one["sql"]]


def test_a_closed_portal_says_what_closed_means(acme):
    with in_schema(PUBLIC):
        Reseller.objects.filter(pk=acme.reseller.pk).update(state="suspended")
    problem = ask(acme.host)
    check(problem, 403, "portal.suspended")
    page = read(acme.host, problem.json()["type"])
    assert "The reseller&#x27;s portal is closed at the moment" in page
    assert "brand.css" not in page
    assert ask(acme.host, problem.json()["type"], method="HEAD").status_code == 200
    # Nothing else is open that begins alike, nor another method.
    for path in ("", "/", "/portal.suspended/", "/a/b", "//", "/a%2fb"):
        check(ask(acme.host, f"/api/v1/problems{path}"), 403, "portal.suspended")
    for method in ("POST", "OPTIONS", "DELETE"):
        check(ask(acme.host, problem.json()["type"], method=method), 403, "portal.suspended")
