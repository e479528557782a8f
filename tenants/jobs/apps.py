"""Jobs: what takes long is done in slices, with progress, per-item errors and cancel."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """The app `jobs`."""

    name = "tenants.jobs"
    label = "jobs"
    default_auto_field = "django.db.models.BigAutoField"
