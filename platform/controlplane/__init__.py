"""The Django project: settings, URLs, Celery, wiring and the portal."""

from controlplane.celery import app as celery_app

__all__ = ("celery_app",)
