"""Periods and invoices."""

from django.apps import AppConfig


class InvoicingConfig(AppConfig):
    """The app `invoicing`."""

    name = "billing.invoicing"
    label = "invoicing"
    default_auto_field = "django.db.models.BigAutoField"
