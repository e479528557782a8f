"""DNS verdicts and when to look again."""

from django.apps import AppConfig


class ChecksConfig(AppConfig):
    """The app `checks`."""

    name = "mailcore.checks"
    label = "checks"
    default_auto_field = "django.db.models.BigAutoField"
