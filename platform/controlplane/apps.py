"""The Django project as an app, for its commands."""

from django.apps import AppConfig


class ControlplaneConfig(AppConfig):
    """Registers the commands `prepare`, `seed`, `check_ready` and `doctor`."""

    name = "controlplane"
