"""`manage.py seed`: what every platform starts with; run as role operator, safe to repeat."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from controlplane import seeding


class Command(BaseCommand):
    """All or nothing, except what was written into DNS."""

    help = __doc__ or ""

    def handle(self, *_: Any, **__: Any) -> None:
        """Seed."""
        with transaction.atomic():
            seeding.seed()
        self.stdout.write("seeded")
