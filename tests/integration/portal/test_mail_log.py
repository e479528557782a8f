"""The mail log as a member searches it, and the page of one message."""

import re
from datetime import timedelta

import pytest
from django.db import connection

from kernel import clock, ids
from kernel.tenancy import in_schema
from mailcore.delivery.accept.submission import Stream
from mailcore.delivery.sending import listing, services
from mailcore.delivery.streams import pauses
from mailcore.directory import services as directory
from mailcore.directory.models import Route
from mailcore.domains import services as domains
from mailcore.domains.models import Domain
from mailcore.mailboxes import services as mailboxes
from mailcore.mailboxes.models import Mailbox
from tenants.accounts.models import Member
from tenants.organisations import services as organisations

pytestmark = pytest.mark.django_db


def text(answer) -> str:
    return answer.content.decode()


def links(answer) -> list[str]:
    return re.findall(r'href="/messages/(msg_\w+)/"', text(answer))


@pytest.fixture
def send(acme):
    """Sends from a new domain of Acme's to addresses; the messages' ids."""
    with in_schema(acme.reseller.schema_name):
        for name in ("shop.test", "other.test"):
            domains.add_domain(
                actor=acme.owner, organisation_id=acme.organisation.public_id, name=name
            )
            directory.set_routed(name, is_verified=True)
        Domain.objects.update(state="verified")

    def post(*to: str, domain: str = "shop.test") -> list[str]:
        given = {"from": f"a@{domain}", "to": list(to), "text": "Hello", "reference": "<order>"}
        with in_schema(acme.reseller.schema_name):
            (made,) = services.send_messages(actor=acme.owner, given=[given])
        return [ids.to_public("msg", copy.id) for copy in made.copies]

    return post


def test_messages_are_searched_and_one_is_followed(alice, acme, send, monkeypatch):
    assert "Nothing was sent in the last seven days" in text(alice.get("/messages/"))
    (ann,) = send("ann@out.test")
    with in_schema(acme.reseller.schema_name):
        which = {"actor": acme.owner, "reseller_id": acme.reseller.public_id}
        pauses.pause_stream(**which, stream=Stream.TRANSACTIONAL, reason="<b>stock")
    (ben,) = send("ben@out.test", domain="other.test")
    page = alice.get("/messages/")
    assert links(page) == [ben, ann]
    for words in ("Under way", "Held back", "&lt;b&gt;stock", "Automatic mail", "shop.test"):
        assert words in text(page)
    one = text(alice.get(f"/messages/{ann}/"))
    header = re.search(r"&lt;\S+@shop.test&gt;", one)[0].replace("&lt;", "<").replace("&gt;", ">")
    today = clock.now().date()
    for asked, found in (
        ({"recipient": "ANN@out.test"}, [ann]),
        ({"message_id": f" {header} "}, [ann]),
        ({"state": "held"}, [ben]),
        ({"domain": "Other.test"}, [ben]),
        ({"stream": "bulk"}, []),
        ({"sender": "a@shop.test"}, []),
        ({"until": (today - timedelta(days=1)).isoformat()}, []),
        ({"since": today - timedelta(days=1), "until": today + timedelta(days=1)}, [ben, ann]),
    ):
        answer = alice.get("/messages/", asked)
        assert links(answer) == found, asked
        assert found or "No such message" in text(answer)
    assert alice.get("/messages/", {"message_id": ann})["Location"] == f"/messages/{ann}/"
    monkeypatch.setattr(listing, "SCANNED", 1)
    first = text(alice.get("/messages/", {"state": "queued"}))
    assert "Nothing among the newest" in first
    older = re.search(r'href="(\?[^"]+)">Older messages', first)[1].replace("&amp;", "&")
    assert links(alice.get(f"/messages/{older}")) == [ann]


def test_what_cannot_be_searched_is_said_at_its_field(alice, acme, send):
    for asked, words in (
        ({"domain": "elsewhere.test"}, "You have no such domain"),
        ({"message_id": "msg_1"}, "This is no id of a message"),
        ({"since": "soon"}, "Enter a valid date"),
        ({"until": "9999-12-31"}, "Enter a day before the year 3000"),
        ({"since": "3000-01-01"}, "Enter a day before the year 3000"),
        ({"state": "lost"}, "Select a valid choice"),
        ({"recipient": "a\0b"}, "Null characters"),
    ):
        answer = alice.get("/messages/", asked)
        assert (answer.status_code, words in text(answer)) == (422, True), asked
        assert "No such message" not in text(answer)
    assert alice.get("/messages/", {"before": "x"}).status_code == 404
    assert alice.get(f"/messages/{ids.to_public('msg', ids.uuid7())}/").status_code == 404


TRY = """
INSERT INTO public.attempt (id, recipient_id, reseller_id, lease_seq, started_at, ended_at, mx, address, tls,
                            phase, code, reply, outcome, maybe_delivered)
SELECT %(id)s, r.id, r.reseller_id, 1, now(), now(), 'mx.out.test', '192.0.2.7', 'TLSv1.3', 'rcpt', 451,
       '451 4.7.1 <come> later', 'deferred', true
FROM public.recipient r WHERE r.address = 'ann@out.test'
"""


def test_the_page_of_a_message_shows_its_tries(alice, acme, send):
    (ann,) = send("ann@out.test")
    with in_schema(acme.reseller.schema_name), connection.cursor() as cursor:
        cursor.execute(TRY, {"id": ids.uuid7()})
        cursor.execute("UPDATE public.message SET submitter = 'anna@shop.test'")
    page = text(alice.get(f"/messages/{ann}/"))
    for words in (
        'anna@shop.test (<a href="/domains/dom_',
        "&lt;order&gt;",
        "Put off",
        "mx.out.test",
        "192.0.2.7",
        "TLSv1.3",
        "451 4.7.1 &lt;come&gt; later",
        "it may have arrived",
        "The next try is at",
        ann,
    ):
        assert words in page, words


MAILBOX = {"local_part": "anna", "password": None, "invite": "anna@people.test", "display_name": ""}


def test_a_mailbox_and_a_domain_lead_to_their_mail_and_mail_leads_back(alice, acme, send):
    with in_schema(acme.reseller.schema_name):
        shop, other = Domain.objects.order_by("pk")
        anna = mailboxes.create_mailbox(actor=acme.owner, domain_id=shop.public_id, **MAILBOX)
        client = organisations.create_organisation(actor=acme.owner, name="Client")
        Domain.objects.filter(pk=other.pk).update(organisation_id=client.public_id)
        Route.objects.filter(domain="other.test").update(organisation_id=client.public_id)
    (ann,) = send("ann@out.test")
    (ben,) = send("ben@out.test", domain="other.test")
    with in_schema(acme.reseller.schema_name), connection.cursor() as cursor:
        # A mailbox may write in the name of an alias, and so from a domain of somebody else's.
        cursor.execute("UPDATE public.message SET submitter = 'anna@shop.test'")
    mailbox, domain = f"/mailboxes/{anna.reference}/", f"/domains/{shop.reference}/"
    there = f"/domains/{other.reference}/"
    for page, asked, found in (
        (mailbox, "?sender=anna%40shop.test", [ben, ann]),
        (domain, "?domain=shop.test", [ann]),
        (there, "?domain=other.test", [ben]),
    ):
        assert f'href="/messages/{asked}"' in text(alice.get(page))
        assert links(alice.get(f"/messages/{asked}")) == found
    for identifier, back in ((ann, domain), (ben, there)):
        one = text(alice.get(f"/messages/{identifier}/"))
        assert f'href="{mailbox}">anna@shop.test</a>' in one
        assert f'href="{back}"' in one
    with in_schema(acme.reseller.schema_name):
        Member.objects.update(organisation_id=client.public_id, role="read_only")
    one = text(alice.get(f"/messages/{ben}/"))
    assert "anna@shop.test" in one  # who wrote it is the message's; the mailbox is somebody else's
    assert (mailbox in one, there in one) == (False, True)
    assert alice.get(f"/messages/{ann}/").status_code == 404
    assert 'href="/messages/?domain=other.test"' in text(alice.get(there))
    assert links(alice.get("/messages/", {"sender": "anna@shop.test"})) == [ben]
    with in_schema(acme.reseller.schema_name):
        Member.objects.update(organisation_id=None, role="owner")
        Domain.objects.filter(pk=other.pk).update(name="elsewhere.test")
        Mailbox.objects.update(deleted_at=clock.now())
    one = text(alice.get(f"/messages/{ben}/"))
    assert "anna@shop.test (other.test)" in one
