"""Public tables: endpoints, and the deliveries to them (decision 0024)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from kernel import clock, ids
from tenants.webhooks.states import DeliveryState, DisabledFor


class WebhookEndpoint(models.Model):
    """Where a reseller wants to be told of which events.

    `secret` is sealed with the reseller's key; `previous_secret` signs too, until
    `previous_until`. `failures` counts answers in a row that were none; the first was at
    `first_failed_at`, and nothing is sent before `next_try_at`.
    """

    public_id = models.UUIDField(primary_key=True, default=ids.uuid7)
    reseller_id = models.UUIDField(db_index=True)
    url = models.CharField(max_length=1000)
    description = models.CharField(max_length=100, default="", blank=True)
    event_types = ArrayField(models.CharField(max_length=40))
    is_enabled = models.BooleanField(default=True)
    disabled_for = models.CharField(
        max_length=10, choices=DisabledFor.choices, default="", blank=True
    )
    secret = models.BinaryField()
    previous_secret = models.BinaryField(null=True)
    previous_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    failures = models.PositiveIntegerField(default=0)
    first_failed_at = models.DateTimeField(null=True, blank=True)
    next_try_at = models.DateTimeField(default=clock.now)
    last_status = models.PositiveSmallIntegerField(null=True)
    last_success_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "webhook_endpoint"

    def __str__(self) -> str:
        return self.url

    @property
    def reference(self) -> str:
        """The id that is shown: `whk_…`."""
        return ids.to_public("whk", self.public_id)


class WebhookDelivery(models.Model):
    """One event for one endpoint: waiting row and log in one.

    `body` is what is posted, the same at each try. A lease (`lease_until` by the database's clock,
    `lease_seq` as its fence) keeps two senders apart. `tries` holds the last ones:
    `{"at", "status", "milliseconds", "error", "answer"}`.
    """

    public_id = models.UUIDField(primary_key=True, default=ids.uuid7)
    reseller_id = models.UUIDField()
    endpoint_id = models.UUIDField()
    event_id = models.UUIDField()
    event_type = models.CharField(max_length=40)
    body = models.TextField()
    state = models.CharField(
        max_length=10, choices=DeliveryState.choices, default=DeliveryState.WAITING
    )
    created_at = models.DateTimeField(default=clock.now)
    due_at = models.DateTimeField(default=clock.now)
    give_up_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    lease_seq = models.PositiveIntegerField(default=0)
    ended_at = models.DateTimeField(null=True, blank=True)
    last_status = models.PositiveSmallIntegerField(null=True)
    last_error = models.CharField(max_length=200, default="", blank=True)
    tries = models.JSONField(default=list)

    class Meta:
        db_table = "webhook_delivery"
        constraints = [
            models.UniqueConstraint(
                fields=("endpoint_id", "event_id"), name="webhook_delivery_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["endpoint_id", "due_at"],
                name="webhook_delivery_due",
                condition=models.Q(state=DeliveryState.WAITING),
            ),
            models.Index(
                fields=["lease_until"],
                name="webhook_delivery_lease",
                condition=models.Q(lease_until__isnull=False),
            ),
            models.Index(fields=["endpoint_id", "public_id"], name="webhook_delivery_log"),
            models.Index(fields=["reseller_id", "public_id"], name="webhook_delivery_reseller"),
        ]

    def __str__(self) -> str:
        return f"{self.event_type} {self.public_id}"

    @property
    def reference(self) -> str:
        """The id that is shown: `whd_…`."""
        return ids.to_public("whd", self.public_id)


class ToldEvent(models.Model):
    """A business event as it is told outside, kept so that it can be read again.

    Rows stand in the order of `id`, which is made when they are kept; mail facts are not copied.
    """

    id = models.UUIDField(primary_key=True, default=ids.uuid7)
    event_id = models.UUIDField(unique=True)
    reseller_id = models.UUIDField()
    organisation_id = models.UUIDField(null=True)
    event_type = models.CharField(max_length=40)
    subject = models.CharField(max_length=80)
    occurred_at = models.DateTimeField()
    data = models.JSONField()

    class Meta:
        db_table = "told_event"
        indexes = [models.Index(fields=["reseller_id", "id"], name="told_event_reseller")]

    def __str__(self) -> str:
        return f"{self.event_type} {self.event_id}"
