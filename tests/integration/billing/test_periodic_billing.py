"""What beat wakes: the monthly bill and the sampling of mailboxes reach every open reseller."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from billing.invoicing import tasks as invoicing
from billing.invoicing.models import Invoice
from billing.metering.models import Meter
from billing.metering.services import record_usage
from billing.pricing.services import ensure_default_prices, subscribe
from kernel import clock, ids
from kernel.models import OutboxEvent
from kernel.tasks import SCHEMA_HEADER, TenantTask
from kernel.tenancy import PUBLIC, in_schema
from mailcore.domains.models import Domain
from mailcore.mailboxes import tasks as mailboxes
from mailcore.mailboxes.models import Mailbox

pytestmark = pytest.mark.django_db

MAY = datetime(2026, 5, 10, 12, tzinfo=UTC)
JUNE = datetime(2026, 6, 1, 7, tzinfo=UTC)


def run_here(task, args=None, kwargs=None, **options):
    """Instead of over Redis: the same task, the same headers, in this process."""
    return task.apply(args, kwargs, headers=options["headers"], throw=True)


@pytest.fixture
def beat(monkeypatch):
    """Sends a task as beat does: for the platform, with the schema in a header."""
    monkeypatch.setattr(TenantTask, "apply_async", run_here)
    return lambda task: task.apply_async(headers={SCHEMA_HEADER: PUBLIC})


@pytest.fixture
def both(acme, globex):
    return acme, globex


def test_the_monthly_bill_reaches_every_reseller_with_usage(both, beat):
    ensure_default_prices()
    for cast in both:
        with in_schema(cast.reseller.schema_name):
            subscribe(reseller_id=cast.reseller.public_id, at=MAY)
            record_usage(
                key=f"{cast.reseller.public_id}",
                meter=Meter.MESSAGES_SENT,
                quantity=Decimal(100),
                occurred_at=MAY,
                reseller_id=cast.reseller.public_id,
                organisation_id=cast.organisation.public_id,
                event_id=ids.uuid7(),
            )
    for _ in range(2):
        with clock.at(JUNE):
            beat(invoicing.close_months)
    for cast in both:
        with in_schema(cast.reseller.schema_name):
            assert [invoice.total_minor for invoice in Invoice.objects.all()] == [2]


def test_a_reseller_that_is_still_being_made_is_left_alone(acme, beat):
    acme.reseller.state = "pending"
    acme.reseller.save(update_fields=["state"])
    make_mailbox(acme)
    beat(mailboxes.sample_mailbox_days)
    assert not OutboxEvent.objects.filter(type="mailbox.day").exists()


def test_every_resellers_mailboxes_are_told_for_today_and_yesterday(both, beat):
    for cast in both:
        with in_schema(cast.reseller.schema_name):
            make_mailbox(cast)
    with clock.at(JUNE):
        beat(mailboxes.sample_mailbox_days)
    for cast in both:
        with in_schema(cast.reseller.schema_name):
            told = OutboxEvent.objects.filter(type="mailbox.day").order_by("id")
            assert [event.data["on"] for event in told] == ["2026-05-31", "2026-06-01"]


def make_mailbox(cast):
    name = f"{cast.reseller.slug}-client.test"
    domain = Domain.objects.create(
        name=name,
        display_name=name,
        organisation_id=cast.organisation.public_id,
        ownership_token="t",
    )
    Mailbox.objects.create(domain=domain, local_part="ann", address=f"ann@{name}", created_at=MAY)
