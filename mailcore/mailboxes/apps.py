"""Mailboxes of a domain."""

from django.apps import AppConfig


class MailboxesConfig(AppConfig):
    """The app `mailboxes`."""

    name = "mailcore.mailboxes"
    label = "mailboxes"
    default_auto_field = "django.db.models.BigAutoField"
