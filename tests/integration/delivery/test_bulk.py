"""Bulk mail from its acceptance to the reader who leaves it: header, link, effect."""

import base64
import re

import dkim as dkimpy
import pytest
from django.db import connection
from django.test import Client

from kernel import ids, keys
from kernel.models import OutboxEvent
from mailcore.checks.models import RecordVerdict, Verdict
from mailcore.delivery import services
from mailcore.delivery.accept.submission import Recipient, Stream, Submission
from mailcore.delivery.streams.errors import (
    DomainNotReady,
    HeaderRefused,
    OneRecipient,
    UnsubscribeIncomplete,
)
from mailcore.delivery.suppression import selectors as suppressions
from mailcore.directory import services as directory
from mailcore.directory.models import Route, SigningKey
from mailcore.directory.states import RouteKind
from tests.waiting import eventually

pytestmark = pytest.mark.django_db(transaction=True)

READER = "Reader@outside.test"


def _mailing(
    *extra: str, sender: str = "news@client.test", to: tuple[str, ...] = (READER,)
) -> Submission:
    lines = [f"From: Shop <{sender}>", f"To: {to[0]}", "Subject: Offers", *extra, "", "Buy", ""]
    return Submission(
        stream=Stream.BULK,
        envelope_from=sender,
        from_domain="client.test",
        recipients=tuple(Recipient(address=address) for address in to),
        message="\r\n".join(lines).encode(),
    )


@pytest.fixture
def send(acme, submit):
    """Accept a mailing of Acme's."""

    def send(submission: Submission) -> list[object]:
        return services.accept_bulk(submission, reseller_id=acme.reseller.public_id)

    return send


def _link(content: bytes) -> str:
    unfolded = content.replace(b"\r\n ", b" ")
    found = re.search(
        rb"^List-Unsubscribe: *<https://([^/]+)(/u/[\w-]+)>\r\n", unfolded, re.MULTILINE
    )
    assert found, content
    return found[2].decode()


def test_a_mailing_arrives_signed_with_its_link_and_one_click_ends_it(
    acme, send, loop, sink, database
):
    loop.start()
    first = send(_mailing(to=(READER, "other@outside.test")))
    assert len(first) == 2
    eventually(lambda: len(sink.received) == 2)
    ((_, sender, content),) = [one for one in sink.received if one[0] == READER]
    # A neutral name takes the bounces while the client has no bounce domain of its own here.
    assert re.fullmatch(r"ba[a-z2-7]{42}@bounce\.infra\.test", sender)
    head = content.partition(b"\r\n\r\n")[0]
    for line in (b"List-Unsubscribe-Post: List-Unsubscribe=One-Click", b"Date: ", b"Message-ID: <"):
        assert line in head
    assert f"CFBL-Feedback-ID: {sender}".encode() in head
    assert b"CFBL-Address" not in head, "not at a name that the signature covers"
    _assert_signs(content, b"list-unsubscribe", b"list-unsubscribe-post", b"cfbl-feedback-id")

    path, visitor = _link(content), Client(headers={"host": acme.host})
    page = visitor.get(path)
    assert page.status_code == 200
    told = page.content.decode()
    assert f"Mailings of <strong>client.test</strong> are sent to <strong>{READER}</strong>" in told
    assert suppressions.list_suppressions() == [], "a link scanner only looks"
    # As a mailbox provider posts it: no cookie, no token of a form.
    provider = Client(headers={"host": acme.host}, enforce_csrf_checks=True)
    for _ in range(2):
        done = provider.post(path, {"List-Unsubscribe": "One-Click"})
        assert done.status_code == 200
        assert not done.cookies
    (entry,) = suppressions.list_suppressions()
    assert (entry.address, entry.stream, entry.reason) == (
        "reader@outside.test", "bulk", "unsubscribed",
    )  # fmt: skip
    assert OutboxEvent.objects.filter(type="mail.unsubscribed").count() == 1
    facts = database.execute("SELECT stream FROM delivery_event WHERE kind = 'unsubscribed'")
    assert facts.fetchall() == [("bulk",)]

    send(_mailing(to=(READER, "other@outside.test")))
    eventually(lambda: len(sink.received) == 3)
    states = database.execute(
        "SELECT status FROM recipient WHERE address = %s ORDER BY id", [READER]
    ).fetchall()
    assert states[1] == ("suppressed",)
    assert [address for address, _, _ in sink.received].count("other@outside.test") == 2


def _assert_signs(content: bytes, *names: bytes) -> None:
    signature = re.search(rb"DKIM-Signature:(.*?)\r\n(?! )", content, re.DOTALL)
    assert signature
    signed = (
        re.sub(rb"\s", b"", re.search(rb"(?<![a-z])h=([^;]*)", signature[1])[1]).lower().split(b":")
    )
    assert set(names) <= set(signed)
    rsa = SigningKey.objects.only("public_key", "selector").get(selector="rsa")
    record = f"v=DKIM1; k=rsa; p={rsa.public_key}".encode()
    assert dkimpy.verify(content, dnsfunc=lambda name, **_: record if b"rsa" in name else b"")


def test_another_resellers_token_a_changed_one_and_a_missing_field_do_nothing(
    acme, globex, send, database
):
    send(_mailing())
    (token,) = _tokens(database, acme)
    visitor = Client(headers={"host": acme.host})
    assert visitor.post(f"/u/{token}", {}).status_code == 400
    flipped = f"{token[:40]}{'A' if token[40] != 'A' else 'B'}{token[41:]}"
    for path in (flipped, token[:-8], "x", "%00", "ü"):
        page = visitor.get(f"/u/{path}")
        assert (page.status_code, b"This link does not work" in page.content) == (404, True)
        assert visitor.post(f"/u/{path}", {"List-Unsubscribe": "One-Click"}).status_code == 404
    stranger = Client(headers={"host": globex.host})
    assert stranger.post(f"/u/{token}", {"List-Unsubscribe": "One-Click"}).status_code == 404
    assert visitor.put(f"/u/{token}").status_code == 405
    assert suppressions.list_suppressions() == []


def test_a_malformed_header_is_refused(send):
    for extra in (
        ("Message-ID: no-brackets@client.test",),
        ("Message-ID: <1@client.test>", "Message-ID: <2@client.test>"),
        ("Date: yesterday",),
        ("From: another@client.test",),
    ):
        with pytest.raises(HeaderRefused):
            send(_mailing(*extra))


def test_a_sender_of_another_domain_and_a_shared_copy_are_refused(acme, send):
    with pytest.raises(HeaderRefused):
        send(_mailing(sender="news@bank.test"))
    with pytest.raises(OneRecipient):
        services.accept_message(
            _mailing(to=("a@x.test", "b@x.test")), reseller_id=acme.reseller.public_id
        )


def test_half_a_link_of_the_senders_own_is_refused(send):
    for extra in (
        "List-Unsubscribe: <mailto:leave@client.test>",
        "List-Unsubscribe: <https://client.test/leave>",
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
    ):
        with pytest.raises(UnsubscribeIncomplete):
            send(_mailing(extra))


def test_a_complete_link_of_the_senders_own_stays(send, database, acme):
    own = "List-Unsubscribe: <mailto:l@client.test>, <https://client.test/leave?id=1>"
    send(_mailing(own, "List-Unsubscribe-Post: List-Unsubscribe=One-Click"))
    (content,) = _stored(database, acme)
    assert own.encode() in content
    assert content.count(b"List-Unsubscribe:") == 1


def test_a_domain_that_receivers_would_not_believe_sends_no_mailing(send):
    route = Route.objects.get(domain="client.test")
    verdict = RecordVerdict.objects.create(
        domain_id=route.public_id, reseller_id=route.reseller_id, purpose="dmarc",
        name="_dmarc.client.test", verdict=Verdict.MISSING,
    )  # fmt: skip
    assert _reason(send) == "no_dmarc"
    RecordVerdict.objects.filter(pk=verdict.pk).update(verdict=Verdict.UNKNOWN)
    send(_mailing())
    SigningKey.objects.only("id").filter(domain="client.test").update(state="retiring")
    assert _reason(send) == "no_signing_key"
    directory.set_routed("client.test", is_verified=False)
    assert _reason(send) == "not_verified"


def _reason(send) -> object:
    with pytest.raises(DomainNotReady) as refused:
        send(_mailing())
    return refused.value.detail["reason"]


def test_with_a_bounce_domain_of_its_own_bounces_and_complaints_come_there(send, database, acme):
    directory.claim_domain(
        public_id=ids.uuid7(), domain="bounce.client.test", organisation_id=None,
        kind=RouteKind.FEEDBACK,
    )  # fmt: skip
    directory.set_routed("bounce.client.test", is_verified=True)
    send(_mailing())
    (content,) = _stored(database, acme)
    assert b"CFBL-Address: fbl@bounce.client.test; report=arf" in content
    sender = database.execute("SELECT envelope_from FROM message").fetchone()[0]
    assert sender.endswith("@bounce.client.test")


def _stored(database, acme) -> list[bytes]:
    rows = database.execute("SELECT id, body FROM message_body ORDER BY id").fetchall()
    assert connection.schema_name == acme.reseller.schema_name
    return [keys.unseal_record(bytes(body), context=id_.bytes) for id_, body in rows]


def _tokens(database, acme) -> list[str]:
    tokens = [_link(content).removeprefix("/u/") for content in _stored(database, acme)]
    assert all(b"outside" not in base64.urlsafe_b64decode(t + "===") for t in tokens)
    return tokens
