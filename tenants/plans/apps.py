"""Plans and entitlements: how many of what a reseller may have."""

from django.apps import AppConfig


class PlansConfig(AppConfig):
    """The app `plans`."""

    name = "tenants.plans"
    label = "plans"
    default_auto_field = "django.db.models.BigAutoField"
