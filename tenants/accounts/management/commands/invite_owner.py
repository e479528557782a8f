"""`manage.py invite_owner SLUG EMAIL`: a new link for the owner of a reseller that nobody owns yet."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from kernel.errors import ApplicationError
from kernel.roles import as_role
from kernel.tenancy import in_schema
from tenants.accounts import services
from tenants.resellers.models import Reseller


class Command(BaseCommand):
    """For a reseller that the operator made, when its owner missed the mail or never got it."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """Whose portal, and who is to own it."""
        parser.add_argument("slug", help="the portal's name")
        parser.add_argument("email", help="the owner's address")

    def handle(self, *_: Any, **options: Any) -> None:
        """Exit code 1 when nobody was invited."""
        found = Reseller.objects.filter(slug=options["slug"], state="active").first()
        if found is None:
            raise CommandError(f"No active reseller is called {options['slug']}.")
        try:
            with as_role("worker"), in_schema(found.schema_name):
                owner = services.invite_owner_anew(email=options["email"])
        except ApplicationError as error:
            raise CommandError(error.message) from error
        self.stdout.write(f"{owner.email} is invited to own {found.name}.")
