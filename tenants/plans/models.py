"""Public tables: plans (versioned), who has which, and how much is used."""

from django.db import models

from kernel import clock


class Plan(models.Model):
    """A version of a plan: feature → limit (absent: unlimited)."""

    key = models.SlugField(max_length=40)
    version = models.PositiveSmallIntegerField(default=1)
    name = models.CharField(max_length=60)
    limits = models.JSONField(default=dict)

    class Meta:
        db_table = "plan"
        constraints = [models.UniqueConstraint(fields=("key", "version"), name="plan_version_once")]

    def __str__(self) -> str:
        return f"{self.key} {self.version}"


class Entitlement(models.Model):
    """The plan a reseller has."""

    reseller_id = models.UUIDField(unique=True)
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT)
    since = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "entitlement"

    def __str__(self) -> str:
        return f"{self.reseller_id}: {self.plan}"


class Counter(models.Model):
    """How many of a feature are in use; changed by conditional UPDATE (foundations 12)."""

    reseller_id = models.UUIDField()
    feature = models.CharField(max_length=40)
    used = models.BigIntegerField(default=0)

    class Meta:
        db_table = "counter"
        constraints = [
            models.UniqueConstraint(fields=("reseller_id", "feature"), name="counter_once"),
            models.CheckConstraint(condition=models.Q(used__gte=0), name="counter_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.feature}: {self.used}"
