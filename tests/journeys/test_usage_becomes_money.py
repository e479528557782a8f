"""J5: what a reseller's clients use is counted, shown, billed once, and opens down to its records."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from billing.pricing.services import ensure_default_prices, subscribe
from controlplane import dispatch
from kernel import clock, ids
from kernel.outbox import publish
from kernel.tenancy import PUBLIC, in_schema
from mailcore.directory import services as directory
from mailcore.domains import services as domains
from mailcore.domains.models import Domain
from mailcore.mailboxes import sampling
from mailcore.mailboxes import services as mailboxes
from tenants.accounts import services as accounts
from tenants.organisations import services as organisations

pytestmark = pytest.mark.django_db

MORNING = datetime(2026, 5, 10, 8, tzinfo=UTC)
OPERATOR = ("olga@livery.test", "a-calm-operators-password")


@pytest.fixture
def used(acme):
    """Two mailboxes for two days, and 120 messages, all told by events as the planes tell them."""
    ensure_default_prices()
    subscribe(reseller_id=acme.reseller.public_id, at=MORNING - timedelta(hours=1))
    with clock.at(MORNING):
        domain = domains.add_domain(
            actor=acme.owner, organisation_id=acme.organisation.public_id, name="client.test"
        )
        Domain.objects.update(state="verified")
        directory.set_routed("client.test", is_verified=True)
        for local_part in ("ann", "ben"):
            mailboxes.create_mailbox(
                actor=acme.owner,
                domain_id=domain.public_id,
                local_part=local_part,
                password="a long enough secret",
            )
        count_messages(acme, quantity=100, revision=1)
        count_messages(acme, quantity=20, revision=2)
    with clock.at(MORNING + timedelta(days=1)):
        for day in (0, 1):
            sampling.publish_mailbox_days(on=(MORNING + timedelta(days=day)).date())
        hand_out_events()
        yield acme


def count_messages(cast, *, quantity, revision):
    for _ in range(2):  # told twice: a reader that was killed before it moved on
        publish(
            "mail.counted",
            subject="mail",
            data={
                "organisation_id": str(cast.organisation.public_id),
                "from_domain": "client.test",
                "stream": "mailbox",
                "hour": "2026-05-10T08:00:00Z",
                "quantity": quantity,
                "key": f"mail:2026-05-10T08:00:00Z:client.test:{revision}",
            },
        )


def hand_out_events():
    while dispatch.dispatch_due():
        pass


def browser_of(cast):
    browser = Client(headers={"host": cast.host})
    answer = browser.post("/login/", {"email": cast.owner_email, "password": cast.password})
    assert answer.status_code == 302
    return browser


def close_as_operator(cast):
    """In the console on the platform host; the list of resellers it leads back to."""
    with in_schema(PUBLIC):
        email, password = OPERATOR
        accounts.ensure_operator_member(email=email, password=password)
        browser = Client(headers={"host": "livery.test"})
        assert browser.post("/login/", {"email": email, "password": password}).status_code == 302
        reseller = ids.to_public("res", cast.reseller.public_id)
        answer = browser.post(f"/operator/resellers/{reseller}/close-period/", follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def words(page):
    """What a person reads: without tags, in one line."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode()))


def link(page, pattern):
    found = re.search(rf'href="({pattern})"', page.content.decode())
    assert found, words(page)
    return found[1]


def test_usage_is_on_the_dashboard_before_it_is_billed(used):
    shown = words(browser_of(used).get("/"))
    assert "So far this month" in shown
    assert re.search(r"\b4\b", shown)
    assert re.search(r"\b120\b", shown)


def test_a_closed_period_opens_from_the_invoice_to_single_records(used):
    close_as_operator(used)
    alice = browser_of(used)
    invoice = alice.get(link(alice.get("/invoices/"), r"/invoices/inv_\w+/"))
    assert "0.22" in words(invoice)  # 4 days at 5 cents, 120 messages at 0.02
    line = alice.get(link(invoice, r"/invoices/inv_\w+/lines/1/"))
    assert "ann@client.test" in words(line)
    assert "2026" in words(line)


def test_a_program_reads_the_same_bill(used):
    close_as_operator(used)
    _, secret = organisations.create_api_key(actor=used.owner, name="books")
    headers = {"host": used.host, "authorization": f"Bearer {secret}"}

    def get(path):
        answer = Client().get(f"/api/v1/{path}", headers=headers)
        assert answer.status_code == 200, answer.content
        return answer.json()

    (head,) = get("invoices")["data"]
    invoice = get(f"invoices/{head['id']}")
    assert [
        (line["meter"], line["quantity"], line["amount_minor"]) for line in invoice["lines"]
    ] == [
        ("mailbox_days", "4", 20),
        ("messages_sent", "120", 2),
    ]
    assert invoice["total_minor"] == 22
    records = get(f"invoices/{head['id']}/lines/2/records")["data"]
    assert sorted(record["quantity"] for record in records) == ["100", "20"]


def test_closing_again_changes_nothing(used):
    close_as_operator(used)
    first = words(browser_of(used).get("/invoices/"))
    close_as_operator(used)
    assert words(browser_of(used).get("/invoices/")) == first
    assert first.count("-0001") == 1
    assert "-0002" not in first


def test_neither_the_reseller_nor_a_rival_can_close_or_see_it(used, globex):
    reseller = ids.to_public("res", used.reseller.public_id)
    close = f"/operator/resellers/{reseller}/close-period/"
    assert browser_of(used).post(close).status_code == 404
    assert "inv_" not in browser_of(used).get("/invoices/").content.decode()
    close_as_operator(used)
    assert "inv_" in browser_of(used).get("/invoices/").content.decode()
    with in_schema(globex.reseller.schema_name):
        assert "inv_" not in browser_of(globex).get("/invoices/").content.decode()
