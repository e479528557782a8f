"""The usage ledger: each fact once, never changed, seen only by its own reseller."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db.utils import ProgrammingError

from billing.metering import selectors, services
from billing.metering.models import Meter, UsageRecord
from billing.pricing.services import ensure_default_prices, subscribe
from kernel import ids
from kernel.tenancy import in_schema

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 5, 10, 12, tzinfo=UTC)


def count(cast, *, key, quantity=3, at=NOON):
    services.record_usage(
        key=key,
        meter=Meter.MESSAGES_SENT,
        quantity=Decimal(quantity),
        occurred_at=at,
        reseller_id=cast.reseller.public_id,
        organisation_id=cast.organisation.public_id,
        event_id=ids.uuid7(),
    )


def mailbox_day(cast, *, on, mailboxes):
    services.record_mailbox_days(
        on=on,
        mailbox_ids=mailboxes,
        reseller_id=cast.reseller.public_id,
        organisation_id=cast.organisation.public_id,
        event_id=ids.uuid7(),
    )


def test_the_same_event_twice_is_counted_once(acme):
    count(acme, key="hour-12", quantity=3)
    count(acme, key="hour-12", quantity=3)
    assert [record.quantity for record in UsageRecord.objects.all()] == [3]


def test_a_mailbox_has_one_day_per_calendar_day_however_often_it_is_sampled(acme):
    first, second = ids.uuid7(), ids.uuid7()
    mailbox_day(acme, on=date(2026, 5, 10), mailboxes=[first])
    mailbox_day(acme, on=date(2026, 5, 10), mailboxes=[first, second])
    mailbox_day(acme, on=date(2026, 5, 11), mailboxes=[first, second])
    assert UsageRecord.objects.count() == 4


def test_what_stands_in_the_ledger_cannot_be_changed(acme):
    count(acme, key="hour-12")
    with pytest.raises(ProgrammingError, match="permission denied"):
        UsageRecord.objects.update(quantity=0)


def test_what_stands_in_the_ledger_cannot_be_removed(acme):
    count(acme, key="hour-12")
    with pytest.raises(ProgrammingError, match="permission denied"):
        UsageRecord.objects.filter(key="hour-12")._raw_delete("default")


def test_another_reseller_sees_none_of_it(acme, globex):
    count(acme, key="hour-12")
    assert UsageRecord.objects.count() == 1
    with in_schema(globex.reseller.schema_name):
        assert UsageRecord.objects.count() == 0


def test_usage_cannot_be_written_in_another_resellers_name(acme, globex):
    with pytest.raises(ProgrammingError, match="row-level security"):
        count(globex, key="theirs")


@pytest.fixture
def subscribed(acme):
    ensure_default_prices()
    subscribe(reseller_id=acme.reseller.public_id, at=NOON - timedelta(days=60))
    return acme


def test_the_month_so_far_has_a_row_per_priced_meter(subscribed):
    count(subscribed, key="a", quantity=200)
    count(subscribed, key="b", quantity=50)
    mailbox_day(subscribed, on=date(2026, 5, 10), mailboxes=[ids.uuid7(), ids.uuid7()])
    rows = selectors.list_month_so_far(reseller_id=subscribed.reseller.public_id, now=NOON)
    assert [(row.meter, row.quantity, row.amount_minor) for row in rows] == [
        ("mailbox_days", 2, 10),
        ("messages_sent", 250, 5),
    ]


def test_last_month_is_not_in_the_month_so_far(subscribed):
    count(subscribed, key="april", at=datetime(2026, 4, 30, 23, 59, tzinfo=UTC))
    count(subscribed, key="may", at=datetime(2026, 5, 1, tzinfo=UTC), quantity=7)
    rows = selectors.list_month_so_far(reseller_id=subscribed.reseller.public_id, now=NOON)
    assert {row.meter: row.quantity for row in rows} == {"mailbox_days": 0, "messages_sent": 7}


def test_before_a_subscription_there_is_nothing_to_show(acme):
    count(acme, key="a")
    assert selectors.list_month_so_far(reseller_id=acme.reseller.public_id, now=NOON) == []


def test_subscribing_twice_keeps_the_first_subscription(subscribed):
    subscribe(reseller_id=subscribed.reseller.public_id, at=NOON)
    count(subscribed, key="a")
    assert selectors.list_month_so_far(reseller_id=subscribed.reseller.public_id, now=NOON)
    from billing.pricing.models import Subscription

    assert Subscription.objects.get().started_at == NOON - timedelta(days=60)
