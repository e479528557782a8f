"""The team's pages: inviting, joining, changing roles, shutting out."""

import re

import pytest
from django.core import mail

from kernel.actor import Actor, ActorKind
from kernel.rest import rates
from kernel.tenancy import in_schema
from tenants.accounts import services
from tenants.accounts.errors import BeyondRole, LastOwner
from tenants.accounts.models import Member, Role

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough secret"


def text(answer) -> str:
    return answer.content.decode()


def link_of(message) -> str:
    found = re.search(r"https://[^/]+(/join/[\w-]+/)", message.body)
    assert found
    return found[1]


def actor(member: Member) -> Actor:
    return Actor(kind=ActorKind.MEMBER, id=str(member.public_id), role=member.role)


def test_somebody_is_invited_joins_works_and_is_shut_out(alice, acme, browser):
    page = text(alice.get("/members/"))
    assert "Team" in page
    assert "(you)" in page
    form = {"email": "Eve@People.test", "role": "support", "name": "Eve"}
    page = text(alice.post("/members/", form, follow=True))
    assert "on its way to eve@people.test" in page
    assert "Invited" in page
    assert "a member already, or invited" in text(alice.post("/members/", form))
    eve = browser(acme.host)
    link = link_of(mail.outbox[0])
    login = {"email": "eve@people.test", "password": PASSWORD}
    assert eve.post("/login/", login).status_code == 422
    for _ in range(2):  # a scanner follows the link first
        answer = eve.get(link)
        assert (answer.status_code, answer["Location"]) == (302, "/join/")
    assert "eve@people.test" in text(eve.get("/join/"))
    weak = eve.post("/join/", {"password": "password12", "name": "Eve"})
    assert weak.status_code == 422
    assert "lists of common passwords" in text(weak)
    assert "Welcome" in text(eve.post("/join/", {"password": PASSWORD, "name": "Eve"}, follow=True))
    assert eve.get("/mailboxes/").status_code == 200
    assert eve.get("/members/").status_code == 403
    # Good once, and the session that joined cannot join again.
    for path in (link, "/join/"):
        assert browser(acme.host).get(path).status_code == 404 == eve.get(path).status_code
    with in_schema(acme.reseller.schema_name):
        member = Member.objects.get(email="eve@people.test")
    page = f"/members/{member.reference}/"
    change = {"role": "billing", "name": "Eve", "is_active": "on"}
    assert "is changed" in text(alice.post(page, change, follow=True))
    assert eve.get("/mailboxes/").status_code == 403
    assert eve.get("/invoices/").status_code == 200
    alice.post(page, {"role": "billing", "name": "Eve"})
    assert eve.get("/invoices/").status_code == 302
    alice.post(page, change)
    # Let in again, but by the password: what was open when she was shut out stays closed.
    assert eve.get("/invoices/").status_code == 302
    assert eve.post("/login/", login).status_code == 302
    assert "was removed" in text(alice.post(f"{page}remove/", follow=True))
    assert eve.get("/invoices/").status_code == 302


def test_links_that_are_none_are_told_alike_and_counted(alice, acme, globex, browser, monkeypatch):
    with in_schema(acme.reseller.schema_name):
        member = services.invite_member(actor=acme.owner, email="eve@people.test", role="billing")
    link = link_of(mail.outbox[0])
    pages = {text(browser(acme.host).get("/join/none/")), text(browser(acme.host).get("/join/"))}
    # Another reseller's host knows nothing of it.
    assert browser(globex.host).get(link).status_code == 404
    with in_schema(acme.reseller.schema_name):
        Member.objects.update(invitation_expires_at=member.created_at)
    pages.add(text(browser(acme.host).get(link)))
    assert len(pages) == 1
    assert "Expired" in text(alice.get("/members/"))
    assert "The link in the mail is too old" in text(alice.get(f"/members/{member.reference}/"))
    used_up = [rates.Standing(policy="failures", quota=1, used=2, seconds=9)]
    monkeypatch.setattr(rates, "count_failure", lambda _: used_up)
    assert browser(acme.host).get("/join/none/").status_code == 429


def test_an_administrator_deals_with_those_below_only(alice, acme, browser):
    with in_schema(acme.reseller.schema_name):
        owner = Member.objects.get()
        admin = Member.objects.create(email="ada@acme.test", role=Role.ADMIN)
        admin.set_password(PASSWORD)
        admin.save()
    ada = browser(acme.host)
    ada.post("/login/", {"email": admin.email, "password": PASSWORD})
    assert "Owner: everything" not in text(ada.get("/members/"))
    for role in ("owner", "admin"):
        answer = ada.post("/members/", {"email": "new@people.test", "role": role})
        assert answer.status_code == 422
    path = f"/members/{owner.reference}/"
    assert "Only an owner changes" in text(ada.get(path))
    assert ada.post(f"{path}remove/").status_code == 403
    assert ada.post(path, {"role": "billing", "name": "", "is_active": "on"}).status_code == 403
    assert ada.post("/members/", {"email": "b@people.test", "role": "billing"}).status_code == 302
    with in_schema(acme.reseller.schema_name):
        with pytest.raises(BeyondRole):
            services.change_member(actor=actor(admin), member_id=admin.public_id, role="owner")
        # Alice is the last owner: not even she herself gets rid of her.
        for change in ({"role": "admin"}, {"is_active": False}):
            with pytest.raises(LastOwner):
                services.change_member(actor=acme.owner, member_id=owner.public_id, **change)
    page = text(alice.post(f"{path}remove/", follow=True))
    assert "There has to be an owner" in page


def test_a_clients_administrator_joins_and_invites_the_clients_people(alice, acme, browser):
    organisation = acme.organisation
    form = {"email": "ann@client.test", "organisation": organisation.public_id}
    refused = alice.post("/members/", {**form, "role": "billing"})
    assert "You cannot give this role there." in text(refused)
    alice.post("/members/", {**form, "role": "admin"})
    ann = browser(acme.host)
    ann.get(link_of(mail.outbox[-1]))
    page = text(ann.post("/join/", {"password": PASSWORD, "name": "Ann"}, follow=True))
    assert organisation.name in page
    assert "/invoices/" not in page
    page = text(ann.get("/members/"))
    assert "alice@" not in page
    assert 'name="organisation"' not in page
    for role, status in (("admin", 422), ("owner", 422), ("billing", 422), ("support", 302)):
        # Another organisation may be named: there is no such choice.
        given = {"email": "ben@client.test", "role": role, "organisation": ""}
        assert ann.post("/members/", given).status_code == status, role
    made = text(ann.post("/api-keys/", {"name": "robot", "rights": "all"}))
    assert "lvk_" in made
    assert organisation.name in text(alice.get("/members/"))
    with in_schema(acme.reseller.schema_name):
        found = {one.email: one.organisation_id for one in Member.objects.all()}
    assert found == {
        acme.owner_email: None,
        "ann@client.test": organisation.public_id,
        "ben@client.test": organisation.public_id,
    }
