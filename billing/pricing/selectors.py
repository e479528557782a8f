"""Which prices hold for a reseller."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

from billing.pricing.errors import NotSubscribed, PriceMissing
from billing.pricing.models import PriceList, Subscription


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """Unit prices per meter in minor units (cents; parts of a cent allowed) of one currency."""

    currency: str
    unit_price_minor: dict[str, Decimal]

    def unit_price(self, meter: str) -> Decimal:
        """The price of one unit; raises PriceMissing rather than billing at nothing."""
        try:
            return self.unit_price_minor[meter]
        except KeyError:
            raise PriceMissing(f"No price for “{meter}”.", meter=meter) from None

    def amount(self, *, meter: str, quantity: Decimal) -> int:
        """The price of a whole line, rounded once, half up, to minor units."""
        exact = quantity * self.unit_price(meter)
        return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def get_default_price_list(*, key: str) -> PriceList:
    """The newest version of a price list; raises NotSubscribed before `seed` has run."""
    price_list = PriceList.objects.filter(key=key).order_by("-version").first()
    if price_list is None:
        raise NotSubscribed(f"There is no price list “{key}” yet.")
    return price_list


def find_rates(*, reseller_id: UUID) -> Rates | None:
    """The prices a reseller is billed by, or None when it has no subscription yet."""
    subscription = (
        Subscription.objects.select_related("price_list").filter(reseller_id=reseller_id).first()
    )
    return None if subscription is None else rates_of(subscription.price_list)


def rates_of(price_list: PriceList) -> Rates:
    """The prices of one price list."""
    prices = price_list.prices.values_list("meter", "unit_price_minor")
    return Rates(currency=price_list.currency, unit_price_minor=dict(prices))
