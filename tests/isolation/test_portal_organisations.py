"""Who belongs to one organisation sees and changes nothing of the reseller's others in the portal.

The pages are those of `test_portal_isolation`, where a new one has to be named.
"""

from dataclasses import replace

import pytest
from django.db import transaction

from kernel.tenancy import in_schema
from mailcore.domains.models import Domain
from tenants.accounts import selectors
from tenants.accounts import services as accounts
from tenants.accounts.errors import InvitationGone
from tenants.accounts.models import Member
from tenants.organisations import services as organisations
from tenants.organisations.models import Organisation
from tests.isolation.test_portal_isolation import (
    OBJECTS,
    OWN,
    logged_in,
    objects,  # noqa: F401 - a fixture
    path_of,
    rows,
)

pytestmark = pytest.mark.django_db
#: What is the whole reseller's: no pages at all for who belongs to an organisation.
OF_RESELLER = {
    "brand", "brand-mail-hosts", "invoices", "webhooks", "webhook-add", "suppressions", "hand-overs",
    "streams", "invoice", "invoice-line", "webhook", "webhook-test", "webhook-rotate",
    "webhook-switch", "webhook-remove", "webhook-replay", "suppression-remove", "domain-hand-over",
    "hand-over-accept", "hand-over-decline", "hand-over-withdraw",
}  # fmt: skip
#: The member and the key of the objects are the whole reseller's.
WHOLE = {"member", "member-invite", "member-remove", "api-key-revoke", "api-key-rotate"}
WORDS = ("shop.test", "anna@", "warehouse", "gone@", "Acme Ltd", "received.test", "eve@")


def forms(acme, objects) -> dict[str, dict[str, object]]:  # noqa: F811
    """Pages that make something → a form that names what is the objects' organisation's."""
    organisation, domain = (
        acme.organisation.public_id,
        f"{Domain.objects.get(name='shop.test').reference}",
    )
    return {
        "domain-add": {"organisation": organisation, "name": "new.test"},
        "mailbox-add": {"domain": domain, "local_part": "ben", "password": "a long enough secret"},
        "aliases": {"domain": domain, "local_part": "ben", "targets": "anna@shop.test"},
        "api-keys": {"name": "new", "domain": objects["domain_id"]},
        "organisations": {"name": "Another"},
    }  # fmt: skip


@pytest.fixture
def person(acme):
    """`person(organisation)`: the browser of an administrator who belongs to it."""

    def make(organisation: Organisation, *, role: str = "admin"):
        email = f"{role}@{organisation.reference}.test"
        with in_schema(acme.reseller.schema_name):
            password = Member.objects.get(email=acme.owner_email).password
            Member.objects.create(
                email=email, role=role, organisation_id=organisation.public_id, password=password
            )
        return logged_in(replace(acme, owner_email=email))

    return make


def test_members_of_another_organisation_find_nothing(acme, objects, person):  # noqa: F811
    schema = acme.reseller.schema_name
    other = organisations.create_organisation(actor=acme.owner, name="Other")
    given = forms(acme, objects)
    stranger, owner = person(other), logged_in(acme)
    before = rows(schema)
    for name, (method, form) in OBJECTS.items():
        answer = getattr(stranger, method)(path_of(name, objects), form)
        assert answer.status_code == 404, name
    for name in OWN:
        page = stranger.get(path_of(name, objects))
        assert page.status_code == (404 if name in OF_RESELLER else 200), name
        assert not [word for word in WORDS if word in page.content.decode()], name
        answer = stranger.post(path_of(name, objects), given.get(name, {}))
        assert answer.status_code in {403, 404, 405, 422, 200}, name
    assert rows(schema) == before
    for name, form in given.items():
        with transaction.atomic():
            assert owner.post(path_of(name, objects), form).status_code in {200, 302}, name
            assert rows(schema) != before, name
            transaction.set_rollback(True)
    # What goes to another organisation is seen there, and nowhere else.
    client = person(acme.organisation)
    with in_schema(schema):
        Domain.objects.filter(name="shop.test").update(organisation_id=other.public_id)
    for name in ("domain", "domain-dns", "domain-dns-plan", "domain-reports", "mailbox", "alias"):
        path = path_of(name, objects)
        assert client.get(path).status_code == 404, name
        assert stranger.get(path).status_code == 200, name
    assert "anna@" not in client.get("/mailboxes/").content.decode()


def test_members_of_the_organisation_open_what_is_its_own(acme, objects, person):  # noqa: F811
    client = person(acme.organisation)
    for name in sorted(set(OBJECTS) | OWN):
        method, form = OBJECTS.get(name, ("get", {}))
        with transaction.atomic():
            answer = getattr(client, method)(path_of(name, objects), form)
            transaction.set_rollback(True)
        hidden = name in OF_RESELLER | WHOLE
        assert answer.status_code in ({404} if hidden else {200, 302}), name
        assert "/login/" not in answer.get("Location", ""), name
    page = client.get("/domains/").content.decode()
    assert "shop.test" in page
    menu = page.partition("<main")[0]
    assert acme.organisation.name in menu
    for page in ("brand", "invoices", "webhooks", "suppressions", "streams"):
        assert f'"/{page}/"' not in menu
    assert "hand-over" not in client.get(path_of("domain", objects)).content.decode()


def test_people_of_an_organisation_choose_its_contact_and_not_its_name(acme, person):
    def change(browser, **form):
        assert browser.post(path, form)["Location"] == "/organisations/"
        with in_schema(acme.reseller.schema_name):
            return Organisation.objects.values_list("name", "contact_email").get(pk=mine.pk)

    mine = acme.organisation
    path, client, owner = f"/organisations/{mine.reference}/", person(mine), logged_in(acme)
    assert 'name="name"' not in client.get(path).content.decode()
    assert 'name="name"' in owner.get(path).content.decode()
    assert change(client, name="Acme Ltd", contact_email="it@shop.test") == (
        mine.name,
        "it@shop.test",
    )
    assert change(owner, name="Bakery", contact_email="") == ("Bakery", "")


def test_the_end_of_an_organisation_ends_its_members(acme, person):
    other = organisations.create_organisation(actor=acme.owner, name="Other")
    client = person(other)
    invited = accounts.invite_member(
        actor=acme.owner, email="eve@people.test", role="support", organisation=other.public_id
    )
    assert client.get("/domains/").status_code == 200
    with in_schema(acme.reseller.schema_name):
        Organisation.objects.filter(pk=other.pk).delete()
        with pytest.raises(InvitationGone):
            accounts.join(
                invitation=invited.invitation_hash, name="", password="a long enough secret"
            )
        assert selectors.find_let_in(organisation_id=other.public_id) is None
    assert client.get("/domains/")["Location"].startswith("/login/")
    login = {"email": f"admin@{other.reference}.test", "password": acme.password}
    assert client.post("/login/", login).status_code == 422
