"""Whatever is told and closed in whatever order: billed and unbilled together are the ledger."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.invoicing.errors import NothingToBill
from billing.invoicing.models import BilledRecord, Invoice, InvoiceLine
from billing.invoicing.selectors import list_unbilled
from billing.invoicing.services import close_period
from billing.metering.models import Meter, UsageRecord
from billing.metering.services import record_usage
from billing.pricing.services import ensure_default_prices, subscribe
from kernel import clock, ids
from kernel.actor import SYSTEM

pytestmark = pytest.mark.django_db

START = datetime(2026, 5, 1, tzinfo=UTC)
END = START + timedelta(days=40)
CLIENTS = [ids.uuid7(), ids.uuid7(), None]

tell = st.tuples(
    st.just("tell"),
    st.integers(0, 15),  # the key: some facts are told twice
    st.integers(-3, 39),  # the day, before the subscription too
    st.decimals(min_value=0, max_value=1000, places=4),
    st.sampled_from(CLIENTS),
    st.sampled_from(list(Meter)),
)
close = st.tuples(st.just("close"), st.integers(0, 40))


@pytest.fixture
def subscribed(acme):
    ensure_default_prices()
    subscribe(reseller_id=acme.reseller.public_id, at=START)
    return acme.reseller.public_id


def perform(step, *, reseller_id):
    if step[0] == "close":
        try:
            close_period(
                actor=SYSTEM, reseller_id=reseller_id, until=START + timedelta(days=step[1])
            )
        except NothingToBill:
            assert not Invoice.objects.exists()
        return
    _, key, day, quantity, client, meter = step
    record_usage(
        key=f"fact-{key}",
        meter=meter,
        quantity=Decimal(quantity),
        occurred_at=START + timedelta(days=day),
        reseller_id=reseller_id,
        organisation_id=client,
        event_id=ids.uuid7(),
    )


def check(*, reseller_id):
    billed = InvoiceLine.objects.aggregate(total=Sum("quantity"))["total"] or Decimal(0)
    unbilled = sum(
        (usage.quantity for usage in list_unbilled(reseller_id=reseller_id, before=END)), Decimal(0)
    )
    ledger = UsageRecord.objects.aggregate(total=Sum("quantity"))["total"] or Decimal(0)
    assert billed + unbilled == ledger
    linked = BilledRecord.objects.values_list("usage_id", flat=True)
    assert len(linked) == len(set(linked))
    for invoice in Invoice.objects.all():
        assert invoice.total_minor == sum(line.amount_minor for line in invoice.lines.all())


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=st.lists(st.one_of(tell, tell, close), max_size=25))
def test_billed_and_unbilled_together_are_the_ledger(subscribed, steps):
    with transaction.atomic(), clock.at(END):
        for step in steps:
            perform(step, reseller_id=subscribed)
        check(reseller_id=subscribed)
        transaction.set_rollback(True)
