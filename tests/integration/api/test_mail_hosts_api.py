"""Names of a reseller's own for mail programs: asked for, looked at and given up by a program."""

from dataclasses import replace
from datetime import timedelta

import pytest

from kernel import clock
from kernel.actor import may
from kernel.errors import NotAllowed
from kernel.tenancy import PUBLIC, in_schema
from tenants.organisations.services import ALL_SCOPES
from tenants.resellers import services
from tenants.resellers.models import ResellerHost

pytestmark = pytest.mark.django_db
NAME, GIVEN = "imap.brand.test", "acme.imap.infra.test"


def test_a_name_is_asked_for_looked_at_and_given_up(acme, program):
    api = program(acme)
    first = api.get("mail-hosts").json()["data"]
    assert [(one["kind"], one["state"], one["name"], one["record"]) for one in first] == [
        ("imap", "given", None, None),
        ("smtp", "given", None, None),
    ]
    assert first[0]["told"] == GIVEN
    answer = api.post("mail-hosts", {"kind": "imap", "name": "IMAP.Brand.test."})
    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert (made["state"], made["name"], made["told"]) == ("waiting", NAME, GIVEN)
    assert made["record"] == {"name": f"{NAME}.", "type": "CNAME", "value": f"{GIVEN}."}
    assert f"{NAME}. CNAME {GIVEN}." in made["instruction"]
    api.post("mail-hosts", {"kind": "smtp", "name": "smtp.brand.test"})
    with clock.at(clock.now() + timedelta(days=7, minutes=1)):
        assert api.get("mail-hosts/imap").json()["state"] == "lapsed"
    with in_schema(PUBLIC):
        host = ResellerHost.objects.create(tenant=acme.reseller, kind="imap", domain=NAME)
    assert api.get("mail-hosts/imap").json()["state"] == "proven"
    ResellerHost.objects.filter(pk=host.pk).update(is_named=True)
    told = api.get("mail-hosts/imap").json()
    assert (told["state"], told["told"], told["looked_for_until"]) == ("told", NAME, None)
    assert [api.delete("mail-hosts/imap").status_code for _ in range(2)] == [204, 204]
    found = {one["kind"]: one["state"] for one in api.get("mail-hosts").json()["data"]}
    assert found == {"imap": "given", "smtp": "waiting"}
    assert api.get("mail-hosts/imap").json()["told"] == GIVEN


def test_what_cannot_be_a_mail_host_is_refused(acme, globex, program):
    api = program(acme)
    assert api.post("mail-hosts", {"kind": "imap", "name": NAME}).status_code == 201
    for body, pointer in (
        ({"kind": "smtp", "name": NAME}, "/name"),  # a name leads to one server
        ({"kind": "smtp", "name": "smtp.infra.test"}, "/name"),
        ({"kind": "smtp", "name": "localhost"}, "/name"),
        ({"kind": "smtp", "name": ""}, "/name"),
        ({"kind": "pop3", "name": "pop3.brand.test"}, "/kind"),
        ({"kind": "imap"}, "/name"),
    ):
        answer = api.post("mail-hosts", body)
        assert answer.status_code == 422, body
        assert [one["pointer"] for one in answer.json()["errors"]] == [pointer], answer.content
    assert api.get("mail-hosts/pop3").status_code == 404
    assert api.delete("mail-hosts/pop3").status_code == 404
    assert program(globex).get("mail-hosts/imap").json()["state"] == "given"
    reading = program(acme, scopes=["mail_hosts.read"])
    assert reading.get("mail-hosts").status_code == 200
    assert reading.delete("mail-hosts/imap").status_code == 403
    bound = program(acme, organisation=acme.organisation.public_id)
    assert bound.get("mail-hosts").status_code == bound.delete("mail-hosts/imap").status_code == 403
    assert bound.post("mail-hosts", {"kind": "imap", "name": NAME}).status_code == 403
    member = replace(acme.owner, role="admin", organisation=acme.organisation.public_id)
    assert not {"mail_hosts.read", "mail_hosts.write"} & {
        one for one in ALL_SCOPES if may(member, one)
    }
    with in_schema(acme.reseller.schema_name), pytest.raises(NotAllowed):
        services.ask_for_mail_hosts(actor=member, imap_host="")
