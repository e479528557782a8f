"""Webhooks: what happens is told to programs of the reseller."""

from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    """The app `webhooks`."""

    name = "tenants.webhooks"
    label = "webhooks"
    default_auto_field = "django.db.models.BigAutoField"
