"""`manage.py feedback_daemon`: hear bounces, complaints and reports that come back by mail; SIGTERM drains."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from mailcore.delivery.daemons import runner
from mailcore.feedback.daemons import feedback
from mailcore.protocol import verp


class Command(BaseCommand):
    """Stays in the foreground."""

    help = __doc__ or ""
    requires_system_checks: list[str] = []

    def handle(self, *_: Any, **__: Any) -> None:
        """Starts without PostgreSQL too: it answers 451 until the database is there."""
        configuration = feedback.Configuration(
            address=settings.FEEDBACK_LISTEN,
            host=settings.MX_HOST,
            dsn=settings.DSN("delivery"),
            key=verp.key_from(Path(settings.IDENTITY_KEY_FILE).read_bytes()),
            reports_domain=settings.REPORTS_DOMAIN,
        )
        runner.run(lambda stop: feedback.serve(configuration, stop=stop))
