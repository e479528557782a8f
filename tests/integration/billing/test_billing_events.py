"""Events of the other planes become usage, through the outbox as it really runs."""

from datetime import UTC, datetime

import pytest

from billing.invoicing.models import Invoice
from billing.invoicing.services import close_period
from billing.metering.models import UsageRecord
from billing.pricing.models import Subscription
from billing.pricing.services import ensure_default_prices
from controlplane import dispatch
from controlplane import wiring as table
from kernel import clock, ids
from kernel.actor import SYSTEM
from kernel.models import AuditEntry, OutboxEvent
from kernel.outbox import publish

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 5, 10, 12, tzinfo=UTC)
BILLING_ROWS = ("mailbox.created", "mailbox.day", "mail.counted", "invoice.issued")


@pytest.fixture
def subscribed(acme, monkeypatch):
    """Only billing's handlers: the other planes' are tested with them."""
    ours = {
        name: tuple(one for one in handlers if one.__module__ == "controlplane.billing_events")
        for name, handlers in table.HANDLERS.items()
    }
    monkeypatch.setattr(dispatch, "HANDLERS", ours)
    ensure_default_prices()
    with clock.at(NOON):
        publish("reseller.activated", subject="res_1")
        dispatch.dispatch_due()
        yield acme


def tell(event_type, **data):
    publish(event_type, subject="x", data=data)
    dispatch.dispatch_due()
    assert not OutboxEvent.objects.filter(type=event_type).exists()


def counted(cast, *, key="2026-05-10T11/3/1", quantity=7, from_domain="client.test"):
    tell(
        "mail.counted",
        organisation_id=str(cast.organisation.public_id),
        from_domain=from_domain,
        stream="mailbox",
        hour="2026-05-10T11:00:00+00:00",
        quantity=quantity,
        key=key,
    )


def test_every_event_that_is_counted_has_its_handler(subscribed):
    assert all(dispatch.HANDLERS[name] for name in (*BILLING_ROWS, "reseller.activated"))


def test_an_activated_reseller_is_billed_from_that_moment_on(subscribed):
    assert Subscription.objects.get().started_at == NOON
    with clock.at(NOON.replace(hour=13)):
        tell("reseller.activated")
    assert Subscription.objects.get().started_at == NOON


def test_the_day_a_mailbox_is_made_is_counted_once(subscribed):
    mailbox, organisation = str(ids.uuid7()), str(subscribed.organisation.public_id)
    tell("mailbox.created", mailbox_id=mailbox, organisation_id=organisation, on="2026-05-10")
    tell("mailbox.day", mailboxes=[mailbox], organisation_id=organisation, on="2026-05-10")
    tell("mailbox.day", mailboxes=[mailbox], organisation_id=organisation, on="2026-05-11")
    assert [record.key[-10:] for record in UsageRecord.objects.order_by("occurred_at")] == [
        "2026-05-10",
        "2026-05-11",
    ]


def test_sent_mail_is_counted_once_per_key(subscribed):
    counted(subscribed)
    counted(subscribed)
    counted(subscribed, key="2026-05-10T11/3/2", quantity=2)
    assert [record.quantity for record in UsageRecord.objects.order_by("id")] == [7, 2]


def test_the_longest_domain_name_is_counted_too(subscribed):
    longest = ".".join(["d" * 61] * 4)
    counted(subscribed, key=f"mail:2026-05-10T11:00:00Z:{longest}:1", from_domain=longest)
    assert UsageRecord.objects.get().quantity == 7


def test_an_issued_invoice_is_demanded_from_its_provider(subscribed):
    counted(subscribed)
    with clock.at(NOON.replace(hour=13)):
        close_period(actor=SYSTEM, reseller_id=subscribed.reseller.public_id)
        dispatch.dispatch_due()
    demanded = AuditEntry.objects.get(action="invoice.demanded")
    assert demanded.data == {"provider": "manual", "reference": Invoice.objects.get().number}
