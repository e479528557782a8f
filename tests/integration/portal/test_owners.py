"""A reseller that the operator made gets its owner, though the first mail went nowhere."""

from contextlib import nullcontext
from io import StringIO

import pytest
from django.core import mail
from django.core.management import CommandError, call_command

from kernel.tenancy import in_schema
from tenants.accounts import services
from tenants.accounts.errors import InvitationGone
from tenants.accounts.management.commands import invite_owner
from tenants.accounts.models import Member, Role
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
