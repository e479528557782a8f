"""Two who close the same period at the same moment get one invoice."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import connection, transaction

from billing.invoicing.models import Invoice
from billing.invoicing.services import close_period
from billing.metering.models import Meter
from billing.metering.services import record_usage
from billing.pricing.services import ensure_default_prices, subscribe
from kernel import clock, ids, schema
from kernel.actor import SYSTEM
from kernel.tenancy import in_reseller
from tenants.resellers.models import Reseller

pytestmark = pytest.mark.django_db

START = datetime(2026, 5, 1, tzinfo=UTC)
END = datetime(2026, 6, 1, tzinfo=UTC)
CLOSERS = 4


def committed(work):
    """Run on a connection of its own, outside the test's transaction: others must see it."""

    def on_a_thread():
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(on_a_thread).result()


@pytest.fixture
def initech(db):
    """A reseller whose rows are committed; it stays until the test database is dropped."""

    def make():
        reseller = Reseller.objects.create(
            schema_name=f"r_{ids.uuid7().hex[-12:]}",
            name="Initech",
            slug=f"initech-{ids.uuid7().hex[-8:]}",
            owner_email="peter@initech.test",
            state="active",
        )
        schema.replay(reseller.schema_name)
        with in_reseller(reseller.public_id):
            ensure_default_prices()
            subscribe(reseller_id=reseller.public_id, at=START)
            for n in range(300):
                record_usage(
                    key=f"{reseller.public_id}:{n}",
                    meter=Meter.MESSAGES_SENT,
                    quantity=Decimal(1),
                    occurred_at=START,
                    reseller_id=reseller.public_id,
                    organisation_id=ids.uuid7() if n % 100 == 0 else None,
                    event_id=ids.uuid7(),
                )
        return reseller.public_id

    return committed(make)


def test_parallel_closers_make_one_invoice(initech):
    barrier = threading.Barrier(CLOSERS)

    def close():
        try:
            barrier.wait(10)
            with clock.at(END), in_reseller(initech), transaction.atomic():
                return close_period(actor=SYSTEM, reseller_id=initech).number
        finally:
            connection.close()

    with ThreadPoolExecutor(CLOSERS) as pool:
        numbers = [future.result() for future in [pool.submit(close) for _ in range(CLOSERS)]]
    assert len(set(numbers)) == 1
    with in_reseller(initech):
        invoice = Invoice.objects.get()
        assert sum(line.quantity for line in invoice.lines.all()) == 300
