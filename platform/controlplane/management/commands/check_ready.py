"""`manage.py check_ready`: exit code 0 when database roles, views and Redis are right."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from controlplane.readiness import look


class Command(BaseCommand):
    """Prints a line per check."""

    help = __doc__ or ""

    def handle(self, *_: Any, **__: Any) -> None:
        """Exit with 1 when one of them is not right."""
        findings = list(look())
        for finding in findings:
            self.stdout.write(f"{'ok ' if finding.ok else 'NOT'} {finding.name}: {finding.saw}")
        if not all(finding.ok for finding in findings):
            sys.exit(1)
