"""A key that is bound to one organisation: the reseller's other clients do not exist for it."""

import json
from types import SimpleNamespace

import pytest
from django.test import Client

from kernel.tenancy import current_schema, in_schema
from mailcore.directory import services as directory
from mailcore.domains import services as domains
from mailcore.domains.models import Domain
from mailcore.domains.states import DomainState
from mailcore.mailboxes import services as mailboxes
from mailcore.mailboxes.models import Mailbox
from tenants.organisations import services as organisations

pytestmark = pytest.mark.django_db


@pytest.fixture
def other(acme):
    """A client of Acme's with a domain, a mailbox, and the secret of a key for it alone."""
    made = organisations.create_organisation(actor=acme.owner, name="Other")
    domain = domains.add_domain(
        actor=acme.owner, organisation_id=acme.organisation.public_id, name="shop.test"
    )
    Domain.objects.update(state=DomainState.VERIFIED)
    directory.set_routed("shop.test", is_verified=True)
    mailbox = mailboxes.create_mailbox(
        actor=acme.owner, domain_id=domain.public_id, local_part="anna",
        password="a-long-enough-pass",
    )  # fmt: skip
    alias = mailboxes.create_alias(
        actor=acme.owner, domain_id=domain.public_id, local_part="sales",
        targets=[mailbox.address],
    )  # fmt: skip
    _, bound = organisations.create_api_key(
        actor=acme.owner, name="bound", organisation=made.public_id
    )
    _, whole = organisations.create_api_key(actor=acme.owner, name="whole")
    return SimpleNamespace(
        organisation=made,
        domain=domain,
        mailbox=mailbox,
        alias=alias,
        bound=str(bound),
        whole=str(whole),
    )


def ask(acme, key, method, path, body=None):
    with in_schema(current_schema()):
        return Client(raise_request_exception=False).generic(
            method, f"/api/v1/{path}", body or "{}", content_type="application/json",
            headers={"Host": acme.host, "Authorization": f"Bearer {key}"},
        )  # fmt: skip


@pytest.mark.parametrize(
    "path",
    [
        "organisations/{org}",
        "domains/{dom}",
        "domains/{dom}/records",
        "mailboxes/{mbx}",
        "aliases/{als}",
    ],
)
def test_what_another_organisation_has_cannot_be_read(acme, other, path):
    where = path.format(
        org=acme.organisation.reference, dom=other.domain.reference, mbx=other.mailbox.reference,
        als=other.alias.reference,
    )  # fmt: skip
    assert ask(acme, other.whole, "GET", where).status_code == 200
    answer = ask(acme, other.bound, "GET", where)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("path", ["domains", "mailboxes", "mailboxes?domain={dom}", "aliases"])
def test_lists_leave_out_what_another_organisation_has(acme, other, path):
    where = path.format(dom=other.domain.reference)
    assert len(ask(acme, other.whole, "GET", where).json()["data"]) == 1
    assert ask(acme, other.bound, "GET", where).json()["data"] == []


def test_the_only_organisation_is_the_keys_own(acme, other):
    rows = ask(acme, other.bound, "GET", "organisations").json()["data"]
    assert [row["id"] for row in rows] == [other.organisation.reference]
    assert len(ask(acme, other.whole, "GET", "organisations").json()["data"]) == 2


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("domains/{dom}/check", "{{}}"),
        ("domains/{dom}/dns-update", '{{"server":"127.0.0.9","key_name":"k","secret":"c2VjcmV0c2VjcmV0"}}'),
        ("mailboxes/{mbx}/suspend", "{{}}"),
        ("mailboxes/{mbx}/resume", "{{}}"),
        ("domains", '{{"name":"new.test","organisation":"{org}"}}'),
        ("aliases", '{{"domain":"{dom}","local_part":"info","targets":["anna@shop.test"]}}'),
        ("mailboxes", '{{"domain":"{dom}","local_part":"ben","password":"a-long-enough-pass"}}'),
    ],
)  # fmt: skip
def test_what_another_organisation_has_cannot_be_changed(acme, other, path, body):
    names = {
        "org": acme.organisation.reference, "dom": other.domain.reference,
        "mbx": other.mailbox.reference,
    }  # fmt: skip
    answer = ask(acme, other.bound, "POST", path.format(**names), body.format(**names))
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert (Domain.objects.count(), Mailbox.objects.count()) == (1, 1)
    assert Mailbox.objects.get().state == "active"
    allowed = ask(acme, other.whole, "POST", path.format(**names), body.format(**names))
    assert allowed.status_code in {200, 201, 202}


@pytest.mark.parametrize(("method", "path"), [("GET", "usage"), ("GET", "invoices"), ("POST", "organisations")])  # fmt: skip
def test_what_belongs_to_the_whole_reseller_is_refused(acme, other, method, path):
    body = '{"name":"Third"}'
    assert ask(acme, other.bound, method, path, body).status_code == 403
    assert ask(acme, other.whole, method, path, body).status_code in {200, 201}


def test_the_name_is_the_resellers_and_the_contact_the_clients(acme, other):
    def change(key, **given):
        return ask(
            acme, key, "PATCH", f"organisations/{other.organisation.reference}", json.dumps(given)
        )

    refused = change(other.bound, name="Acme Ltd", contact_email="eve@shop.test")
    assert (refused.status_code, refused.json()["code"]) == (403, "organisation.name_of_reseller")
    assert refused.json()["errors"][0]["pointer"] == "/name"
    allowed = change(other.bound, name=" Other ", contact_email="it@shop.test")
    assert (allowed.status_code, allowed.json()["name"]) == (200, "Other")
    assert allowed.json()["contact_email"] == "it@shop.test"
    renamed = change(other.whole, name="Bakery")
    assert (renamed.json()["name"], renamed.json()["contact_email"]) == ("Bakery", "it@shop.test")
