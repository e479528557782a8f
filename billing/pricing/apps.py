"""Price lists."""

from django.apps import AppConfig


class PricingConfig(AppConfig):
    """The app `pricing`."""

    name = "billing.pricing"
    label = "pricing"
    default_auto_field = "django.db.models.BigAutoField"
