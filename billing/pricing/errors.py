"""What cannot be priced."""

from kernel.errors import Conflict


class NotSubscribed(Conflict):
    """This reseller has no price list yet."""

    code = "billing.not_subscribed"


class PriceMissing(Conflict):
    """The price list has no price for this meter."""

    code = "billing.price_missing"
