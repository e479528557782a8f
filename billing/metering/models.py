"""The usage ledger: append-only, each fact once."""

from django.db import models

from kernel import clock, ids


class Meter(models.TextChoices):
    """What is counted."""

    MAILBOX_DAYS = "mailbox_days"
    MESSAGES_SENT = "messages_sent"


class UsageRecord(models.Model):
    """One counted fact; `key` is unique, so telling it twice changes nothing."""

    public_id = models.UUIDField(default=ids.uuid7, unique=True)
    reseller_id = models.UUIDField()
    organisation_id = models.UUIDField(null=True)
    meter = models.CharField(max_length=40, choices=Meter.choices)
    quantity = models.DecimalField(max_digits=18, decimal_places=4)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField(default=clock.now)
    key = models.CharField(max_length=500, unique=True)
    event_id = models.UUIDField()
    subject = models.CharField(max_length=80, default="", blank=True)

    class Meta:
        db_table = "usage_record"
        indexes = [models.Index(fields=["reseller_id", "occurred_at"], name="usage_reseller_at")]

    def __str__(self) -> str:
        return self.key
