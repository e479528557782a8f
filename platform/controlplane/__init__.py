"""The Django project: settings, URLs, Celery, wiring and the portal."""
