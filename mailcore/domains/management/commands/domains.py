"""`manage.py domains …`: the operator switches a domain off or on, or frees a name."""

import getpass
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from kernel.actor import Actor, ActorKind
from kernel.dns import names
from kernel.errors import ApplicationError
from kernel.outbox import audit
from kernel.roles import as_role
from kernel.tenancy import in_reseller
from mailcore.directory import selectors, services
from mailcore.domains.services import resume_domain, suspend_domain


class Command(BaseCommand):
    """Acts as the operator, whoever's the domain is."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """An order and a domain."""
        parser.add_argument("order", choices=("suspend", "resume", "free"))
        parser.add_argument("domain")

    def handle(self, *_: Any, **options: Any) -> None:
        """Exit code 1 when the order cannot be carried out."""
        try:
            name = names.normalise(options["domain"])
            with as_role("operator"):
                told = _free(name) if options["order"] == "free" else _switch(name, options)
        except names.InvalidName as error:
            raise CommandError("this is no domain name") from error
        except ApplicationError as error:
            raise CommandError(error.message) from error
        self.stdout.write(told)


def _switch(name: str, options: dict[str, Any]) -> str:
    route = selectors.find_route(name)
    if route is None:
        raise CommandError("nobody has this domain here")
    do = suspend_domain if options["order"] == "suspend" else resume_domain
    with in_reseller(route.reseller_id):
        domain = do(actor=_actor(), domain_id=route.public_id)
    return f"{domain.name} is {domain.state}"


@transaction.atomic
def _free(name: str) -> str:
    if not services.set_free(name):
        raise CommandError("this name is not kept from anybody")
    audit("domain.freed", subject=name[:80], actor=_actor(), data={"name": name})
    return f"{name} may be added by anybody who proves that it is theirs"


def _actor() -> Actor:
    return Actor(kind=ActorKind.OPERATOR, id=f"shell:{getpass.getuser()}", role="operator")
