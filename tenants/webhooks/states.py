"""The states of an endpoint and of a delivery."""

from django.db import models


class DeliveryState(models.TextChoices):
    """From the event to the answer."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"


class DisabledFor(models.TextChoices):
    """Why an endpoint is switched off; empty for one that is on."""

    OWNER = "owner"
    FAILING = "failing"
    GONE = "gone"
    TOO_MANY = "too_many"
