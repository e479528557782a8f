"""The kernel's own tables: outbox, audit, idempotency keys, reseller keys, template schema."""

from django.apps import AppConfig


class KernelConfig(AppConfig):
    """Registers the public tables of the kernel."""

    name = "kernel"
    label = "kernel"
    default_auto_field = "django.db.models.BigAutoField"
