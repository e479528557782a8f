"""`manage.py limits RESELLER`: what each mailbox of a reseller may send on a day."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from mailcore.delivery import limits
from mailcore.delivery.management.operating import OperatorCommand
from tenants.resellers import selectors


class Command(OperatorCommand):
    """Sets limits per mailbox and day (UTC); what is not named goes back to the default."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """The reseller's short name, and up to three numbers."""
        parser.add_argument("reseller")
        for name in ("messages", "recipients", "new-recipients"):
            parser.add_argument(f"--{name}", type=int)

    def handle(self, *_: Any, **options: Any) -> None:
        """Exit code 1 for an unknown reseller or a number below 1."""
        reseller = selectors.list_resellers().filter(slug=options["reseller"]).first()
        if reseller is None:
            raise CommandError("no reseller has this name")
        given = {name: options[name] for name in ("messages", "recipients", "new_recipients")}
        if any(number is not None and number < 1 for number in given.values()):
            raise CommandError("a limit is a number from 1")
        limits.set_limits(reseller_id=reseller.public_id, **given)
        told = ", ".join(f"{name} {number or 'default'}" for name, number in given.items())
        self.stdout.write(f"{reseller.slug}, per mailbox and day: {told}")
