"""Price lists, and who is billed by which."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from billing.pricing.models import Price, PriceList, Subscription
from billing.pricing.selectors import get_default_price_list

DEFAULT_KEY = "standard"
DEFAULT_CURRENCY = "EUR"
#: Meter → cents for one unit; a part of a cent is summed exactly and rounded on the bill.
DEFAULT_PRICES = {"mailbox_days": Decimal(5), "messages_sent": Decimal("0.02")}


@transaction.atomic
def ensure_default_prices() -> PriceList:
    """The default price list, made on the first call; prices that stand are left alone."""
    price_list, _ = PriceList.objects.get_or_create(
        key=DEFAULT_KEY, version=1, defaults={"currency": DEFAULT_CURRENCY}
    )
    for meter, unit_price in DEFAULT_PRICES.items():
        Price.objects.get_or_create(
            price_list=price_list, meter=meter, defaults={"unit_price_minor": unit_price}
        )
    return price_list


def subscribe(*, reseller_id: UUID, at: datetime) -> None:
    """Bill this reseller by the default price list from `at`; a second call changes nothing."""
    subscription = Subscription(
        reseller_id=reseller_id, price_list=get_default_price_list(key=DEFAULT_KEY), started_at=at
    )
    Subscription.objects.bulk_create([subscription], ignore_conflicts=True)
