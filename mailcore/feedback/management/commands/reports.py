"""`manage.py reports`: reports about domains that were not used, and why."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from kernel import ids
from kernel.roles import as_role
from mailcore.feedback.reports import listing

LINES = 50


class Command(BaseCommand):
    """Reads as the operator; what each code means stands in docs/operations.md."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """All codes, or one of them."""
        parser.add_argument("--code", default="", help="only these, such as report.xml_broken")
        parser.add_argument("--domain", default="", help="only those about this domain")
        parser.add_argument("--lines", type=int, default=LINES, help="how many, the newest first")

    def handle(self, *_: Any, **options: Any) -> None:
        """The sums by code, then the reports."""
        with as_role("operator"):
            counts = listing.count_parked()
            rows = listing.list_parked(
                code=options["code"], domain=options["domain"], most=options["lines"]
            )
        for code, count in counts.items():
            self.stdout.write(f"{count:8} {code}")
        for row in rows:
            about = (
                f"{row.kind:5} {row.domain} {row.size} octets by {row.sender or 'nobody proven'}"
            )
            shown = ids.to_public("rep", row.public_id)
            self.stdout.write(f"{row.received_at:%Y-%m-%d %H:%M} {row.code:24} {about} {shown}")
        if not rows:
            self.stdout.write("No report is parked.")
