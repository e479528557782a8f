"""`manage.py operator_keys …`: keys for the operator's own programs: create, list, rotate, revoke."""

import getpass
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from kernel import clock, ids
from kernel.actor import Actor, ActorKind
from kernel.errors import ApplicationError
from kernel.roles import as_role
from tenants.operators import selectors, services
from tenants.operators.models import OperatorKey


class Command(BaseCommand):
    """Acts as the operator; each order is written into the audit log."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """One subcommand per order."""
        orders = parser.add_subparsers(dest="order", required=True)
        made = orders.add_parser("create", help="a key; its secret is shown this one time")
        made.add_argument("name", help="what uses it")
        rights = made.add_mutually_exclusive_group(required=True)
        rights.add_argument("--all", action="store_true", help="every right")
        rights.add_argument("--read-only", action="store_true", help="every right to read")
        rights.add_argument("--rights", nargs="+", metavar="RIGHT", choices=sorted(services.SCOPES))
        made.add_argument("--network", action="append", default=[], help="good from there alone")
        made.add_argument("--days", type=int, help="ends after so many; else never")
        orders.add_parser("list", help="every key, revoked ones too")
        rotated = orders.add_parser("rotate", help="a new secret; the old one is good for a while")
        rotated.add_argument("key")
        rotated.add_argument("--overlap-hours", type=int, default=24)
        orders.add_parser("revoke", help="end a key for good").add_argument("key")

    def handle(self, *_: Any, **options: Any) -> None:
        """Exit code 1 when an order cannot be carried out."""
        try:
            with as_role("operator"):
                getattr(self, f"_{options['order']}")(options)
        except ApplicationError as error:
            raise CommandError(error.message) from error

    def _create(self, options: dict[str, Any]) -> None:
        days = options["days"]
        key, secret = services.create_key(
            actor=_actor(),
            name=options["name"],
            scopes=_rights(options),
            networks=options["network"],
            expires_at=clock.now() + timedelta(days=days) if days is not None else None,
        )
        self.stdout.write(f"{key.reference}: copy it now, it is not shown again.\n{secret}")

    def _list(self, _: dict[str, Any]) -> None:
        for key in selectors.list_keys():
            self.stdout.write(_line(key))

    def _rotate(self, options: dict[str, Any]) -> None:
        hours = options["overlap_hours"]
        key, secret = services.rotate_key(
            actor=_actor(),
            key_id=ids.from_public(OperatorKey.ID, options["key"]),
            overlap=timedelta(hours=hours),
        )
        self.stdout.write(f"{key.reference}: the old secret is good for {hours} hours.\n{secret}")

    def _revoke(self, options: dict[str, Any]) -> None:
        key_id = ids.from_public(OperatorKey.ID, options["key"])
        key = services.revoke_key(actor=_actor(), key_id=key_id)
        self.stdout.write(f"{key.reference} is good for nothing any more.")


def _rights(options: dict[str, Any]) -> frozenset[str]:
    if options["all"]:
        return services.SCOPES
    if options["read_only"]:
        return frozenset(right for right in services.SCOPES if right.endswith(".read"))
    return frozenset(options["rights"])


def _line(key: OperatorKey) -> str:
    now = clock.now()
    if selectors.is_good(key, at=now):
        state = f"good until {key.expires_at:%Y-%m-%d}" if key.expires_at else "good"
    else:
        state = "revoked" if key.revoked_at else "over"
    used = f"{key.last_used_at:%Y-%m-%d %H:%M}" if key.last_used_at else "never"
    where = f", from {', '.join(key.networks)}" if key.networks else ""
    rights = ", ".join(sorted(key.scopes))
    return (
        f"{key.reference} {key.begins_with} {key.name}: {state}, last used {used}{where}; {rights}"
    )


def _actor() -> Actor:
    return Actor(kind=ActorKind.OPERATOR, id=f"shell:{getpass.getuser()}", role="operator")
