"""The operator's keys at the console and by command: made, shown once, renewed, revoked."""

import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from kernel.models import AuditEntry
from kernel.roles import as_role
from kernel.tenancy import PUBLIC, in_schema
from tenants.accounts import services as accounts
from tenants.operators.models import OperatorKey
from tenants.operators.services import SCOPES

PAGE, PASSWORD = "/operator/keys/", "a-long-enough-pass"
SECRET = re.compile(r"lvo_[0-9a-f]{10}_[\w-]{43}")


def asks(secret: str) -> int:
    client = Client(headers={"host": "livery.test", "authorization": f"Bearer {secret}"})
    return client.get("/api/v1/me").status_code


@pytest.mark.django_db(transaction=True)
def test_keys_are_made_renewed_and_revoked_at_the_console_alone(alice, browser, acme):
    assert alice.get(PAGE).status_code == 404  # a portal has no such page
    with in_schema(PUBLIC):
        _at_the_console(browser())


def _at_the_console(operator: Client) -> None:
    assert operator.get(PAGE).status_code == 302
    with as_role("operator"):
        accounts.ensure_operator_member(email="op@livery.test", password=PASSWORD)
    operator.post("/login/", {"email": "op@livery.test", "password": PASSWORD})
    wrong = operator.post(PAGE, {"name": "shop", "rights": ["domains.write"]})
    assert wrong.status_code == 422
    form = {"name": "shop", "rights": ["resellers.read"], "networks": "127.0.0.0/8", "days": "30"}
    (secret,) = SECRET.findall(operator.post(PAGE, form).content.decode())
    assert not SECRET.search(operator.get(PAGE).content.decode())
    key = OperatorKey.objects.get()
    assert (key.scopes, key.networks) == (["resellers.read"], ["127.0.0.0/8"])
    assert secret not in (key.secret_hash, key.prefix)
    assert asks(secret) == 200
    renewed = operator.post(f"{PAGE}{key.reference}/rotate/").content.decode()
    (newer,) = SECRET.findall(renewed)
    assert asks(secret) == asks(newer) == 200
    operator.post(f"{PAGE}{key.reference}/revoke/")
    assert asks(secret) == asks(newer) == 401
    told = AuditEntry.objects.filter(subject=key.reference).values_list("action", flat=True)
    assert sorted(told) == [
        "operator_key.created",
        "operator_key.revoked",
        "operator_key.rotated",
    ]


@pytest.mark.django_db(transaction=True)
def test_keys_are_made_listed_and_revoked_by_command():
    def order(*words: str) -> str:
        told = StringIO()
        call_command("operator_keys", *words, stdout=told)
        return told.getvalue()

    (secret,) = SECRET.findall(order("create", "shop", "--read-only", "--days", "9"))
    key = OperatorKey.objects.get()
    assert set(key.scopes) == {right for right in SCOPES if right.endswith(".read")}
    assert f"{key.reference} {key.begins_with} shop: good until" in order("list")
    assert asks(secret) == 200
    with pytest.raises(CommandError, match="no address or range"):
        order("create", "shop", "--all", "--network", "nowhere")
    order("rotate", key.reference, "--overlap-hours", "0")
    assert asks(secret) == 401
    order("revoke", key.reference)
    with pytest.raises(CommandError, match="revoked"):
        order("rotate", key.reference)
    with pytest.raises(CommandError, match="no object with this id"):
        order("revoke", "key_00000000000000000000000000")
