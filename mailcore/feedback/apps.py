"""Bounces and complaints that come back."""

from django.apps import AppConfig


class FeedbackConfig(AppConfig):
    """The app `feedback`."""

    name = "mailcore.feedback"
    label = "feedback"
    default_auto_field = "django.db.models.BigAutoField"
