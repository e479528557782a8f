"""Accept, queue, deliver: the delivery plane."""

from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    """The app `delivery`."""

    name = "mailcore.delivery"
    label = "delivery"
    default_auto_field = "django.db.models.BigAutoField"
