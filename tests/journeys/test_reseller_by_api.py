"""The operator's program makes a reseller: from one request to the owner's dashboard."""

import json
import re
import secrets

import pytest
from django.core import mail
from django.test import Client

from billing.pricing import services as pricing
from controlplane import dispatch
from kernel.actor import Actor, ActorKind
from kernel.models import AuditEntry
from kernel.roles import as_role
from kernel.tenancy import PUBLIC, in_schema
from tenants.operators import services as operators
from tenants.plans import services as plans
from tests.document.operator_stage import OPERATOR

pytestmark = pytest.mark.django_db(transaction=True)

PLATFORM = "livery.test"
PASSWORD = "a-long-enough-pass"


@pytest.fixture
def slug() -> str:
    return f"shop-{secrets.token_hex(4)}"


@pytest.fixture
def api(slug):
    """The operator's API by a key that may make resellers; a plan of the slug's name is there."""
    with as_role("operator"):
        plans.ensure_default_plan()
        pricing.ensure_default_prices()
        plans.create_plan(actor=OPERATOR, key=slug, name="Agency", limits={"domains": 3})
        rights = {"resellers.read", "resellers.write", "plans.read", "plans.write"}
        key, secret = operators.create_key(actor=OPERATOR, name="shop", scopes=rights)
    client = Client(headers={"host": PLATFORM, "authorization": f"Bearer {secret}"})

    def ask(method: str, path: str, body: object = None, **headers):
        return client.generic(
            method,
            f"/api/v1/{path}",
            "" if body is None else json.dumps(body),
            content_type="application/json",
            headers=headers,
        )

    ask.key = key
    return ask


def work() -> None:
    """What the worker does; handlers run as its role."""
    with as_role("worker"):
        while dispatch.dispatch_due():
            pass


def test_a_reseller_made_by_the_api_is_its_owners_portal(api, slug):
    email = f"owner@{slug}.example.org"
    wanted = {"name": "Nordlicht", "slug": slug, "owner_email": email, "plan": slug}
    made = api("POST", "resellers", wanted, **{"Idempotency-Key": slug})
    assert made.status_code == 202, made.content
    assert made.json()["state"] == "pending"
    again = api("POST", "resellers", wanted, **{"Idempotency-Key": slug})
    assert again.json() == made.json()
    taken = api("POST", "resellers", wanted)
    assert (taken.status_code, taken.json()["code"]) == (409, "reseller.slug_taken")
    portal = Client(headers={"host": f"{slug}.{PLATFORM}"})
    assert portal.get("/login/").status_code == 503
    work()
    found = api("GET", f"resellers/{made.json()['id']}").json()
    # The plan that was asked for, not the one that every new reseller gets.
    assert (found["state"], found["plan"]) == ("active", {"key": slug, "version": 1})
    (told,) = [one for one in mail.outbox if one.to == [email]]
    link = re.search(rf"https://{slug}\.{PLATFORM}(/join/\S+/)", told.body)
    joined = portal.get(link[1], follow=True)
    form = {"name": "Ann", "password": PASSWORD}
    answer = portal.post(joined.wsgi_request.path, form, follow=True)
    assert answer.status_code == 200
    login = portal.post("/login/", {"email": email, "password": PASSWORD}, follow=True)
    assert "Nordlicht" in login.content.decode()
    with in_schema(PUBLIC):
        entry = AuditEntry.objects.get(action="reseller.request", subject=made.json()["id"])
    assert entry.actor == {"kind": "operator", "id": api.key.reference}


def test_a_plan_is_changed_by_versions_and_given_again(api, slug):
    made = api("POST", "resellers", {"name": "N", "slug": slug, "owner_email": "a@b.example"})
    path = f"resellers/{made.json()['id']}"
    work()
    assert api("GET", path).json()["plan"]["key"] == plans.DEFAULT_PLAN
    assert api("PATCH", path, {"plan": slug}).json()["plan"] == {"key": slug, "version": 1}
    changed = api("PATCH", f"plans/{slug}", {"limits": {"domains": 9}}).json()
    assert (changed["version"], changed["resellers"], changed["resellers_on_older"]) == (2, 0, 1)
    same = api("PATCH", f"plans/{slug}", {"limits": {"domains": 9}}).json()
    assert same["version"] == 2
    refused = api("DELETE", f"plans/{slug}")
    assert (refused.status_code, refused.json()["code"]) == (409, "plan.in_use")
    assert api("DELETE", f"plans/{plans.DEFAULT_PLAN}").json()["code"] == "plan.in_use"
    assert api("PATCH", path, {"plan": slug}).json()["plan"]["version"] == 2
    unknown = api("PATCH", path, {"name": "Other", "plan": "none"})
    assert unknown.json()["errors"][0]["pointer"] == "/plan"
    assert api("GET", path).json()["name"] == "N"  # all of a change, or nothing


def test_a_new_secret_has_an_overlap_and_a_revoked_key_is_dead_at_once(api, slug):
    someone = Actor(kind=ActorKind.OPERATOR, id="someone", role="operator")
    with as_role("operator"):
        _, secret = operators.rotate_key(actor=someone, key_id=api.key.public_id)
    client = Client(headers={"host": PLATFORM, "authorization": f"Bearer {secret}"})
    assert api("GET", "me").status_code == client.get("/api/v1/me").status_code == 200
    assert client.get("/api/v1/me").json()["key"]["id"] == api.key.reference
    with as_role("operator"):
        operators.revoke_key(actor=someone, key_id=api.key.public_id)
    assert api("GET", "me").status_code == client.get("/api/v1/me").status_code == 401
