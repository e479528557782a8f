"""`manage.py accept_daemon`: take submitted mail and store it; SIGTERM drains."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from kernel import crypto
from mailcore.delivery.daemons import accept, runner


class Command(BaseCommand):
    """Stays in the foreground."""

    help = __doc__ or ""
    requires_system_checks: list[str] = []

    def handle(self, *_: Any, **__: Any) -> None:
        """Starts without PostgreSQL too: it answers 451 until the database is there."""
        configuration = accept.Configuration(
            lmtp=settings.ACCEPT_LISTEN,
            esmtp=settings.ACCEPT_ESMTP_LISTEN,
            policy=settings.SENDER_POLICY_LISTEN,
            host=settings.SMTP_HOST,
            infra_domain=settings.INFRA_DOMAIN,
            dsn=settings.DSN("delivery"),
            redis_url=settings.REDIS_URL,
            node=settings.EGRESS_NODE,
            identity_key=Path(settings.IDENTITY_KEY_FILE).read_bytes(),
            master_key=crypto.master_key(Path(settings.MASTER_KEY_FILE)),
            metrics=settings.ACCEPT_METRICS_LISTEN,
        )
        runner.run(lambda stop: accept.serve(configuration, stop=stop))
