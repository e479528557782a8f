"""What was used."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import Sum

from billing.metering.models import UsageRecord
from billing.pricing.selectors import find_rates


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageRow:
    """One meter so far: quantity times unit price (minor units) is the amount, rounded once."""

    meter: str
    quantity: Decimal
    unit_price_minor: Decimal
    amount_minor: int
    currency: str


def month_start(now: datetime) -> datetime:
    """The first instant of the calendar month of `now`."""
    return now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def list_month_so_far(*, reseller_id: UUID, now: datetime) -> list[UsageRow]:
    """Usage since the month began, a row for each priced meter; empty before a subscription.

    A preview: the invoice rounds per organisation and meter, this one per meter.
    """
    rates = find_rates(reseller_id=reseller_id)
    if rates is None:
        return []
    used = _sum_by_meter(reseller_id=reseller_id, since=month_start(now), until=now)
    return [
        UsageRow(
            meter=meter,
            quantity=used.get(meter, Decimal(0)),
            unit_price_minor=unit_price,
            amount_minor=rates.amount(meter=meter, quantity=used.get(meter, Decimal(0))),
            currency=rates.currency,
        )
        for meter, unit_price in sorted(rates.unit_price_minor.items())
    ]


def _sum_by_meter(*, reseller_id: UUID, since: datetime, until: datetime) -> dict[str, Decimal]:
    rows = (
        UsageRecord.objects.filter(
            reseller_id=reseller_id, occurred_at__gte=since, occurred_at__lte=until
        )
        .values_list("meter")
        .annotate(quantity=Sum("quantity"))
    )
    return dict(rows)
