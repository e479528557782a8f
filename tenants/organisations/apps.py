"""Organisations and their API keys."""

from django.apps import AppConfig


class OrganisationsConfig(AppConfig):
    """The app `organisations`."""

    name = "tenants.organisations"
    label = "organisations"
    default_auto_field = "django.db.models.BigAutoField"
