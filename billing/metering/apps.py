"""The usage ledger."""

from django.apps import AppConfig


class MeteringConfig(AppConfig):
    """The app `metering`."""

    name = "billing.metering"
    label = "metering"
    default_auto_field = "django.db.models.BigAutoField"
