"""A reseller that the operator made gets its owner, though the first mail went nowhere."""

from contextlib import nullcontext
from datetime import timedelta
from io import StringIO

import pytest
from django.conf import settings
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client

from kernel import clock, ids
from kernel.actor import Actor, ActorKind
from kernel.models import AuditEntry
from kernel.tenancy import PUBLIC, in_schema
from tenants.accounts import services
from tenants.accounts.errors import InvitationGone
from tenants.accounts.management.commands import invite_owner
from tenants.accounts.models import Member, Role
from tenants.operators import services as operators
from tenants.resellers.models import Reseller
from tenants.resellers.tokens import hash_token
from tests.integration.portal.test_member_pages import PASSWORD, link_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _one_connection(monkeypatch) -> None:
    """The command would reconnect as role worker, and leave this test's transaction."""
    monkeypatch.setattr(invite_owner, "as_role", lambda _: nullcontext())


def invite(slug: str, email: str) -> str:
    told = StringIO()
    call_command("invite_owner", slug, email, stdout=told)
    return told.getvalue()


def join(link: str) -> Member:
    token = link.split("/")[2]
    return services.join(invitation=hash_token(token), name="Peter", password=PASSWORD)


def test_an_owner_is_invited_anew_until_there_is_one(acme) -> None:
    with in_schema(acme.reseller.schema_name):
        Member.objects.all().delete()
        services.invite_owner(email="peter@tpyo.test")
    lost = link_of(mail.outbox[-1])
    assert "peter@right.test is invited" in invite(acme.reseller.slug, "Peter@Right.test")
    link = link_of(mail.outbox[-1])
    assert mail.outbox[-1].to == ["peter@right.test"]
    assert Reseller.objects.get(pk=acme.reseller.pk).owner_email == "peter@right.test"
    with in_schema(acme.reseller.schema_name):
        with pytest.raises(InvitationGone):
            join(lost)
        joined = join(link)
        assert joined.role == Role.OWNER
    with pytest.raises(CommandError, match="owns this portal already"):
        invite(acme.reseller.slug, "mallory@right.test")
    with pytest.raises(CommandError, match="No active reseller"):
        invite("nobody", "mallory@right.test")


def test_a_program_of_the_operators_invites_an_owner_anew(acme) -> None:
    schema, rows = acme.reseller.schema_name, Reseller.objects.filter(pk=acme.reseller.pk)
    with in_schema(schema):
        Member.objects.all().delete()
        services.invite_owner(email="peter@tpyo.test")
    rows.update(owner_email="peter@tpyo.test")
    lost = link_of(mail.outbox[-1])
    operator = Actor(kind=ActorKind.OPERATOR, id="test", role="operator")
    with in_schema(PUBLIC):
        key, secret = operators.create_key(actor=operator, name="shop", scopes={"resellers.write"})
    reseller = ids.to_public("res", acme.reseller.public_id)

    def ask(body: object, once: str = ""):
        with in_schema(PUBLIC):
            return Client(raise_request_exception=False).post(
                f"/api/v1/resellers/{reseller}/owner-invitations",
                body,
                content_type="application/json",
                headers={"Host": settings.PLATFORM_HOST, "Authorization": f"Bearer {secret}"}
                | ({"Idempotency-Key": once} if once else {}),
            )

    assert ask({}).json()["code"] == "member.invited_lately"
    made = ask({"email": "Peter@Right.test"}, once="one")
    assert (made.status_code, made.json()["email"]) == (201, "peter@right.test")
    assert ask({"email": "Peter@Right.test"}, once="one")["Idempotency-Replayed"] == "true"
    assert [message.to for message in mail.outbox] == [["peter@tpyo.test"], ["peter@right.test"]]
    assert rows.get().owner_email == "peter@right.test"
    with in_schema(PUBLIC):
        (entry,) = AuditEntry.objects.filter(action="reseller.owner_invited")
    assert (entry.actor["id"], entry.subject) == (key.reference, reseller)
    assert ask({"email": "not an address"}).json()["code"] == "reseller.email_invalid"
    # Later it goes to the same address, at most three times in a day.
    for minutes, expected in ((11, 201), (22, 201), (33, 409)):
        with clock.at(clock.now() + timedelta(minutes=minutes)):
            assert ask({}).status_code == expected
    with in_schema(schema):
        with pytest.raises(InvitationGone):
            join(lost)
        assert Member.objects.get().role == Role.OWNER
    rows.update(state="suspended")
    assert ask({}).json()["code"] == "reseller.not_active"
    rows.update(state="active")
    with in_schema(schema):
        join(link_of(mail.outbox[-1]))
    assert ask({"email": "mallory@right.test"}).json()["code"] == "member.owner_there"
