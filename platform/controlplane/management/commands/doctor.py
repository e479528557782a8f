"""`manage.py doctor`: readiness and consistency, as role operator; exit code 1 when one is wrong."""

import json
import sys
import time
from argparse import ArgumentParser
from itertools import chain
from typing import Any

from django.core.management.base import BaseCommand

from controlplane import consistency, readiness


class Command(BaseCommand):
    """With --json: {"ok", "steps": [{"name", "ok", "seconds", "saw"}]}."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--json` for programs."""
        parser.add_argument("--json", action="store_true")

    def handle(self, *_: Any, **options: Any) -> None:
        """Look at everything, then say."""
        steps, began = [], time.monotonic()
        for finding in chain(readiness.look(), consistency.look()):
            now = time.monotonic()
            steps.append(
                {
                    "name": finding.name,
                    "ok": finding.ok,
                    "seconds": round(now - began, 3),
                    "saw": finding.saw,
                }
            )
            began = now
        ok = all(step["ok"] for step in steps)
        if options["json"]:
            self.stdout.write(json.dumps({"ok": ok, "steps": steps}))
        else:
            for step in steps:
                self.stdout.write(f"{'ok ' if step['ok'] else 'NOT'} {step['name']}: {step['saw']}")
        if not ok:
            sys.exit(1)
