"""The operator's keys."""

from django.apps import AppConfig


class OperatorsConfig(AppConfig):
    """The app `operators`."""

    name = "tenants.operators"
    label = "operators"
    default_auto_field = "django.db.models.BigAutoField"
