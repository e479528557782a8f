"""Closing a period bills every usage record once, whoever closes and however often."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db.models import Sum
from django.db.utils import ProgrammingError

from billing.invoicing import reconciliation, selectors
from billing.invoicing.errors import NothingToBill
from billing.invoicing.models import BilledRecord, BillingPeriod, Invoice, InvoiceLine
from billing.invoicing.services import close_last_month, close_period
from billing.metering.models import Meter, UsageRecord
from billing.metering.services import record_usage
from billing.pricing.errors import NotSubscribed
from billing.pricing.services import ensure_default_prices, subscribe
from kernel import clock, ids
from kernel.actor import SYSTEM
from kernel.errors import InvalidInput, NotAllowed, NotFound
from kernel.models import OutboxEvent
from kernel.tenancy import in_schema

pytestmark = pytest.mark.django_db

START = datetime(2026, 5, 1, tzinfo=UTC)
MIDDLE = START + timedelta(days=15)
END = START + timedelta(days=31)


@pytest.fixture
def subscribed(acme):
    ensure_default_prices()
    subscribe(reseller_id=acme.reseller.public_id, at=START)
    with clock.at(END):
        yield acme


def count(cast, *, key, at, quantity=1, meter=Meter.MESSAGES_SENT, organisation_id=None):
    record_usage(
        key=key,
        meter=meter,
        quantity=Decimal(quantity),
        occurred_at=at,
        reseller_id=cast.reseller.public_id,
        organisation_id=organisation_id or cast.organisation.public_id,
        event_id=ids.uuid7(),
    )


def close(cast, until=None):
    return close_period(actor=SYSTEM, reseller_id=cast.reseller.public_id, until=until)


def test_an_invoice_has_a_line_per_client_and_meter_and_adds_up(subscribed):
    other = ids.uuid7()
    count(subscribed, key="a", at=MIDDLE, quantity=100)
    count(subscribed, key="b", at=MIDDLE, quantity=3, meter=Meter.MAILBOX_DAYS)
    count(subscribed, key="c", at=MIDDLE, quantity=50, organisation_id=other)
    invoice = close(subscribed)
    lines = selectors.get_invoice(
        reseller_id=subscribed.reseller.public_id, invoice_id=invoice.public_id
    ).lines
    assert {(line.organisation_id, line.meter, line.amount_minor) for line in lines} == {
        (subscribed.organisation.public_id, "messages_sent", 2),
        (subscribed.organisation.public_id, "mailbox_days", 15),
        (other, "messages_sent", 1),
    }
    assert (invoice.total_minor, invoice.currency, invoice.provider) == (18, "EUR", "manual")


def test_a_line_opens_down_to_its_usage_records(subscribed):
    count(subscribed, key="a", at=MIDDLE, quantity=2)
    count(subscribed, key="b", at=MIDDLE, quantity=3)
    count(subscribed, key="c", at=MIDDLE, meter=Meter.MAILBOX_DAYS)
    invoice = close(subscribed)
    line = selectors.get_line(
        reseller_id=subscribed.reseller.public_id, invoice_id=invoice.public_id, n=2
    )
    records = selectors.list_line_records(line=line)
    assert [record.key for record in records] == ["a", "b"]
    assert sum(record.quantity for record in records) == line.quantity == 5


def test_closing_twice_until_the_same_moment_gives_the_same_invoice(subscribed):
    count(subscribed, key="a", at=START)
    first = close(subscribed, until=MIDDLE)
    count(subscribed, key="late", at=START + timedelta(days=1))
    assert close(subscribed, until=MIDDLE) == first
    assert Invoice.objects.count() == BillingPeriod.objects.count() == 1
    assert OutboxEvent.objects.filter(type="invoice.issued").count() == 1


def test_closing_again_with_nothing_new_gives_the_last_invoice(subscribed):
    count(subscribed, key="a", at=START)
    first = close(subscribed, until=MIDDLE)
    assert close(subscribed) == first
    assert BillingPeriod.objects.count() == 1


def test_the_same_moment_gives_its_own_invoice_after_later_ones_too(subscribed):
    count(subscribed, key="a", at=START)
    first = close(subscribed, until=MIDDLE)
    count(subscribed, key="b", at=MIDDLE)
    second = close(subscribed)
    assert second != first
    assert close(subscribed, until=MIDDLE) == first


def test_a_late_record_of_an_earlier_period_is_on_the_next_invoice(subscribed):
    count(subscribed, key="in time", at=START)
    close(subscribed, until=MIDDLE)
    count(subscribed, key="late", at=START + timedelta(days=1), quantity=9)
    second = close(subscribed)
    assert second.period.starts_at == MIDDLE
    assert [record.quantity for record in second.lines.all()] == [9]


def test_what_occurs_at_the_end_belongs_to_the_next_period(subscribed):
    count(subscribed, key="before", at=MIDDLE - timedelta(microseconds=1))
    count(subscribed, key="at the end", at=MIDDLE)
    assert close(subscribed, until=MIDDLE).lines.get().quantity == 1


def test_numbers_run_without_gaps_within_a_year(subscribed):
    numbers = []
    for day in range(3):
        count(subscribed, key=f"{day}", at=START + timedelta(days=day))
        numbers.append(close(subscribed, until=START + timedelta(days=day + 1)).number)
    assert [number[-5:] for number in numbers] == ["-0001", "-0002", "-0003"]
    assert {number[:5] for number in numbers} == {"2026-"}
    with clock.at(END + timedelta(days=300)):
        count(subscribed, key="next year", at=END)
        number = close(subscribed).number
    assert (number[:5], number[-5:]) == ("2027-", "-0001")


def test_a_refused_closing_leaves_no_gap_and_no_half_invoice(subscribed):
    count(subscribed, key="priced", at=START)
    count(subscribed, key="not priced", at=START, meter="carrier_pigeons")
    from billing.pricing.errors import PriceMissing

    with pytest.raises(PriceMissing):
        close(subscribed)
    assert not BillingPeriod.objects.exists()
    assert not BilledRecord.objects.exists()


def test_before_any_usage_there_is_nothing_to_bill(subscribed):
    with pytest.raises(NothingToBill):
        close(subscribed)
    assert not BillingPeriod.objects.exists()


def test_a_reseller_without_prices_is_not_billed(acme):
    with pytest.raises(NotSubscribed):
        close(acme)


def test_a_period_cannot_end_in_the_future(subscribed):
    with pytest.raises(InvalidInput):
        close(subscribed, until=END + timedelta(seconds=1))


def test_a_reseller_cannot_close_its_own_period(subscribed):
    count(subscribed, key="a", at=START)
    with pytest.raises(NotAllowed):
        close_period(actor=subscribed.owner, reseller_id=subscribed.reseller.public_id)
    assert not Invoice.objects.exists()


def test_another_reseller_neither_sees_nor_closes(subscribed, globex):
    count(subscribed, key="a", at=START)
    invoice = close(subscribed)
    with in_schema(globex.reseller.schema_name):
        for model in (Invoice, InvoiceLine, BilledRecord, BillingPeriod, UsageRecord):
            assert not model.objects.exists()
        with pytest.raises(NotSubscribed):
            close(subscribed)
        with pytest.raises(NotFound):
            selectors.get_invoice(
                reseller_id=subscribed.reseller.public_id, invoice_id=invoice.public_id
            )


@pytest.mark.parametrize("model", [Invoice, InvoiceLine, BilledRecord])
def test_an_issued_invoice_cannot_be_changed_or_removed(subscribed, model):
    count(subscribed, key="a", at=START)
    close(subscribed)
    with pytest.raises(ProgrammingError, match="permission denied"):
        model.objects.update(reseller_id=ids.uuid7())


def test_the_sum_of_the_lines_is_the_sum_of_the_ledger(subscribed):
    for n in range(20):
        count(subscribed, key=f"{n}", at=START + timedelta(days=n), quantity=n)
        if n % 6 == 5:
            close(subscribed, until=START + timedelta(days=n))
    close(subscribed)
    billed = InvoiceLine.objects.aggregate(total=Sum("quantity"))["total"]
    assert billed == UsageRecord.objects.aggregate(total=Sum("quantity"))["total"] == 190


def test_the_monthly_bill_ends_with_the_month_and_comes_once(subscribed):
    count(subscribed, key="may", at=MIDDLE)
    with clock.at(END + timedelta(hours=7)):
        count(subscribed, key="june", at=END)
        invoice = close_last_month(reseller_id=subscribed.reseller.public_id)
        assert close_last_month(reseller_id=subscribed.reseller.public_id) == invoice
    assert (invoice.period.starts_at, invoice.period.ends_at) == (START, END)
    assert [line.quantity for line in invoice.lines.all()] == [1]


def test_the_monthly_bill_waits_until_the_last_hours_are_counted(subscribed):
    count(subscribed, key="may", at=MIDDLE)
    with clock.at(END + timedelta(hours=5)):
        assert close_last_month(reseller_id=subscribed.reseller.public_id) is None


def test_an_invoice_that_is_the_sum_of_its_records_is_not_complained_about(subscribed):
    count(subscribed, key="a", at=MIDDLE, quantity=100)
    count(subscribed, key="b", at=MIDDLE, meter=Meter.MAILBOX_DAYS)
    close(subscribed)
    assert reconciliation.list_unbalanced() == []


@pytest.mark.parametrize(("total", "quantity"), [(3, 100), (2, 99)])
def test_an_invoice_that_differs_from_its_records_is_found(subscribed, total, quantity):
    count(subscribed, key="a", at=MIDDLE, quantity=100)
    invoice = close(subscribed)
    assert invoice.total_minor == 2
    forge(invoice, total=total, quantity=quantity)
    assert reconciliation.list_unbalanced() == ["forged"]


def forge(invoice, *, total, quantity):
    """The same usage on another bill: what no code path does, and nobody may do by UPDATE."""
    line = invoice.lines.get()
    period = BillingPeriod.objects.create(
        reseller_id=invoice.reseller_id, starts_at=END, ends_at=END + timedelta(days=1)
    )
    forged = Invoice.objects.create(
        number="forged",
        reseller_id=invoice.reseller_id,
        period=period,
        currency="EUR",
        total_minor=total,
    )
    copy = InvoiceLine.objects.create(
        invoice=forged,
        reseller_id=invoice.reseller_id,
        n=1,
        meter=line.meter,
        quantity=quantity,
        unit_price_minor=line.unit_price_minor,
        amount_minor=2,
    )
    usage = UsageRecord(
        key="copy",
        meter=line.meter,
        quantity=100,
        occurred_at=MIDDLE,
        reseller_id=invoice.reseller_id,
        event_id=ids.uuid7(),
    )
    usage.save(force_insert=True)
    BilledRecord.objects.create(
        line=copy, reseller_id=invoice.reseller_id, usage_id=usage.public_id
    )
