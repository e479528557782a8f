"""Billing periods and invoices."""

from django.db import models

from kernel import clock, ids


class BillingPeriod(models.Model):
    """A span of time that one invoice covers; the next begins where it ends."""

    reseller_id = models.UUIDField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "billing_period"
        constraints = [
            models.UniqueConstraint(fields=("reseller_id", "starts_at"), name="period_start_once"),
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="period_has_length"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d} to {self.ends_at:%Y-%m-%d}"


class Invoice(models.Model):
    """What a reseller owes for a period; collected by `provider`."""

    public_id = models.UUIDField(default=ids.uuid7, unique=True)
    number = models.CharField(max_length=30, unique=True)
    reseller_id = models.UUIDField(db_index=True)
    period = models.OneToOneField(BillingPeriod, on_delete=models.PROTECT, related_name="invoice")
    provider = models.CharField(max_length=20, default="manual")
    currency = models.CharField(max_length=3)
    total_minor = models.BigIntegerField()
    issued_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "invoice"

    def __str__(self) -> str:
        return self.number


class InvoiceLine(models.Model):
    """The sum of one meter for one organisation."""

    invoice = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="lines")
    reseller_id = models.UUIDField(db_index=True)
    n = models.PositiveSmallIntegerField()
    organisation_id = models.UUIDField(null=True)
    meter = models.CharField(max_length=40)
    quantity = models.DecimalField(max_digits=18, decimal_places=4)
    unit_price_minor = models.DecimalField(max_digits=14, decimal_places=6)
    amount_minor = models.BigIntegerField()

    class Meta:
        db_table = "invoice_line"
        constraints = [models.UniqueConstraint(fields=("invoice", "n"), name="invoice_line_n")]

    def __str__(self) -> str:
        return f"{self.quantity} {self.meter}"


class BilledRecord(models.Model):
    """Which line a usage record was billed on; unique, so nothing is billed twice."""

    line = models.ForeignKey(InvoiceLine, on_delete=models.CASCADE, related_name="records")
    reseller_id = models.UUIDField(db_index=True)
    usage_id = models.UUIDField(unique=True)

    class Meta:
        db_table = "billed_record"

    def __str__(self) -> str:
        return str(self.usage_id)
