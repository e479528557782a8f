"""Django's registration of the package."""

from django.apps import AppConfig


class ZonesConfig(AppConfig):
    """Public schema: one query finds the plans that are due, whoever's they are."""

    name = "mailcore.zones"
    label = "zones"
