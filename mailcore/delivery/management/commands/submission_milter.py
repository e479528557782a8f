"""`manage.py submission_milter`: judge the sender of submitted mail while its client waits."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from mailcore.delivery.daemons import milter, runner


class Command(BaseCommand):
    """Stays in the foreground; needs neither PostgreSQL nor Redis."""

    help = __doc__ or ""
    requires_system_checks: list[str] = []

    def handle(self, *_: Any, **__: Any) -> None:
        """Listen until SIGTERM."""
        key = Path(settings.IDENTITY_KEY_FILE).read_bytes()
        runner.run(lambda stop: milter.serve(address=settings.MILTER_LISTEN, key=key, stop=stop))
