"""What Postfix, Dovecot and the signer read."""

from django.apps import AppConfig


class DirectoryConfig(AppConfig):
    """The app `directory`."""

    name = "mailcore.directory"
    label = "directory"
    default_auto_field = "django.db.models.BigAutoField"
