"""`manage.py queue audit`: is every accepted recipient accounted for?"""

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from mailcore.delivery import selectors


class Command(BaseCommand):
    """Proves accepted = sum of states; lists recipients that may have got two copies."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """`audit`, for people or as JSON."""
        parser.add_argument("action", choices=["audit"])
        parser.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *_: Any, **options: Any) -> None:
        """Exit code 1 when the books do not balance."""
        audit, duplicates = selectors.audit_queue()
        if options["as_json"]:
            told = {
                "ok": audit.is_sound,
                **asdict(audit),
                "possible_duplicates": [{**asdict(d), "id": str(d.id)} for d in duplicates],
            }
            self.stdout.write(json.dumps(told))
        else:
            self._show(audit, duplicates)
        if not audit.is_sound:
            raise CommandError("the ledger and the queue do not agree")

    def _show(
        self, audit: selectors.QueueAudit, duplicates: list[selectors.PossibleDuplicate]
    ) -> None:
        states = " + ".join(f"{n} {state}" for state, n in sorted(audit.states.items())) or "0"
        queue = ", ".join(f"{n} {state}" for state, n in sorted(audit.queue.items())) or "empty"
        self.stdout.write(f"accepted   {audit.accepted} = {states}")
        self.stdout.write(f"queue      {queue}; {audit.lost} lost, {audit.stray} stray")
        self.stdout.write(f"duplicates {len(duplicates)} possible")
        for duplicate in duplicates:
            self.stdout.write(
                f"  {duplicate.id} {duplicate.address}: {duplicate.delivered} delivered,"
                f" {duplicate.maybe_delivered} broken after the dot, {duplicate.late} late"
            )
