"""Resellers, their host names and brands, sign-up and provisioning."""

from django.apps import AppConfig


class ResellersConfig(AppConfig):
    """The app `resellers`."""

    name = "tenants.resellers"
    label = "resellers"
    default_auto_field = "django.db.models.BigAutoField"
