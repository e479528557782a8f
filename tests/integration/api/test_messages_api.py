"""Programs send mail: what is taken, what is told, and what is never let through."""

import base64
import email
import email.policy
from datetime import timedelta
from email.message import EmailMessage

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from kernel import clock, crypto, ids, keys
from kernel.models import ResellerKey
from kernel.tenancy import in_schema
from mailcore.delivery.suppression import services as suppressions
from mailcore.directory import services as directory
from mailcore.directory.models import Route
from mailcore.directory.states import KeyState
from mailcore.protocol import dkim, dkim_keys
from tenants.organisations import services as organisations

pytestmark = pytest.mark.django_db
SHOP = {"from": "Shop <shop@client.test>", "subject": "Your order", "text": "Dear Ann,\n.dot\n"}


def route(cast, domain: str, *, is_verified: bool = True, organisation=None) -> None:
    organisation = organisation or cast.organisation
    directory.claim_domain(
        public_id=ids.uuid7(), domain=domain, organisation_id=organisation.public_id
    )
    directory.set_routed(domain, is_verified=is_verified)


@pytest.fixture
def api(acme, program):
    route(acme, "client.test")
    return program(acme)


def stored(identifier: str) -> tuple[bytes, bytes, dict[str, object]]:
    """Content, body hash and row of a stored message."""
    message_id = ids.from_public("msg", identifier)
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM message_body WHERE id = %s", [message_id])
        (sealed,) = cursor.fetchone()
        cursor.execute("SELECT * FROM message WHERE id = %s", [message_id])
        row = dict(zip([c.name for c in cursor.description], cursor.fetchone(), strict=True))
    key = keys.open_key(crypto.key_id_of(bytes(sealed)))
    content = crypto.unseal(key=key, sealed=bytes(sealed), context=message_id.bytes)
    return content, bytes(row["body_hash"]), row


def count(table: str = "message") -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return cursor.fetchone()[0]


def read(content: bytes) -> EmailMessage:
    return email.message_from_bytes(content, policy=email.policy.SMTP)


def sent(api, *messages, **one) -> list[dict[str, object]]:
    answer = api.post("messages", {"messages": list(messages)} if messages else {**SHOP, **one})
    assert answer.status_code == 202, answer.content
    return answer.json()["data"]


def test_a_message_is_stored_for_each_recipient_and_followed(api, acme):
    (row,) = sent(
        api, to=["Ann <Ann@Out.test>"], cc=["ben@out.test"], bcc=["eve@out.test", "ANN@x.test"],
        reference="order-77=",
    )  # fmt: skip
    assert (row["index"], row["reference"]) == (0, "order-77=")
    assert [r["address"] for r in row["recipients"]] == [
        "Ann@out.test", "ben@out.test", "eve@out.test", "ANN@x.test",
    ]  # fmt: skip
    assert {r["state"] for r in row["recipients"]} == {"queued"}
    paths = set()
    for recipient in row["recipients"]:
        content, body_hash, kept = stored(recipient["id"])
        message = read(content)
        assert message["to"] == "Ann <Ann@out.test>"
        assert (message["cc"], message["bcc"]) == ("ben@out.test", None)
        assert message["message-id"] == recipient["message_id"] == kept["message_id"]
        assert message.get_content() == "Dear Ann,\r\n.dot\r\n"
        assert body_hash == dkim.body_hash(content)
        assert kept["organisation_id"] == acme.organisation.public_id
        assert (kept["stream"], kept["from_domain"]) == ("transactional", "client.test")
        paths.add(kept["envelope_from"])
    assert len(paths) == 4, "each recipient has a return path of its own"
    assert all(path.endswith("@bounce.infra.test") for path in paths)
    found = api.get(f"messages/{row['recipients'][0]['id']}").json()
    assert (found["reference"], found["stream"]) == ("order-77=", "transactional")
    (recipient,) = found["recipients"]
    assert (recipient["address"], recipient["state"]) == ("Ann@out.test", "queued")
    assert recipient["attempts"] == []
