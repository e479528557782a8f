"""Wholesale price lists and who has which."""

from django.db import models

from kernel import clock


class PriceList(models.Model):
    """A version of a price list in one currency."""

    key = models.SlugField(max_length=40)
    version = models.PositiveSmallIntegerField(default=1)
    currency = models.CharField(max_length=3, default="EUR")

    class Meta:
        db_table = "price_list"
        constraints = [
            models.UniqueConstraint(fields=("key", "version"), name="price_list_version_once")
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.version}"


class Price(models.Model):
    """What one unit of a meter costs, in minor units of the currency (parts of a cent allowed)."""

    price_list = models.ForeignKey(PriceList, on_delete=models.CASCADE, related_name="prices")
    meter = models.CharField(max_length=40)
    unit_price_minor = models.DecimalField(max_digits=14, decimal_places=6)

    class Meta:
        db_table = "price"
        constraints = [
            models.UniqueConstraint(fields=("price_list", "meter"), name="price_meter_once")
        ]

    def __str__(self) -> str:
        return f"{self.meter}: {self.unit_price_minor}"


class Subscription(models.Model):
    """The price list a reseller is billed by, and since when."""

    reseller_id = models.UUIDField(unique=True)
    price_list = models.ForeignKey(PriceList, on_delete=models.PROTECT)
    started_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "subscription"

    def __str__(self) -> str:
        return f"{self.reseller_id}: {self.price_list}"
