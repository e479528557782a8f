"""Mail domains: ownership, DKIM keys, records, checks, publishing."""

from django.apps import AppConfig


class DomainsConfig(AppConfig):
    """The app `domains`."""

    name = "mailcore.domains"
    label = "domains"
    default_auto_field = "django.db.models.BigAutoField"
