"""`manage.py suppressions …`: who gets no mail and why; addresses that nobody may write to."""

import getpass
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError, CommandParser

from kernel.actor import Actor, ActorKind
from kernel.errors import ApplicationError
from kernel.roles import as_role
from mailcore.delivery.management.operating import OperatorCommand
from mailcore.delivery.suppression import platform_list
from mailcore.delivery.suppression.entries import Suppression


class Command(OperatorCommand):
    """Acts as the operator; resellers keep their own lists themselves."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """One subcommand per order."""
        orders = parser.add_subparsers(dest="order", required=True)
        _address(orders.add_parser("show", help="every entry for an address, of all resellers"))
        forbidden = _address(orders.add_parser("forbid", help="no reseller writes to it any more"))
        forbidden.add_argument("--note", required=True, help="why, for whoever asks")
        forbidden.add_argument("--law", action="store_true", help="a law or a court says so")
        _address(orders.add_parser("allow", help="lift what `forbid` did"))

    def handle(self, *_: Any, **options: Any) -> None:
        """Exit code 1 when an order cannot be carried out."""
        try:
            with as_role("operator"):
                getattr(self, f"_{options['order']}")(options)
        except ApplicationError as error:
            raise CommandError(error.message) from error

    def _show(self, options: dict[str, Any]) -> None:
        found = platform_list.find(actor=_actor(), address=options["address"])
        for entry in found:
            self.stdout.write(_line(entry))
        if not found:
            self.stdout.write("Nothing keeps mail from this address.")

    def _forbid(self, options: dict[str, Any]) -> None:
        added = platform_list.forbid(
            actor=_actor(),
            address=options["address"],
            is_law=options["law"],
            note=options["note"],
        )
        self.stdout.write("Nobody writes to it from now on." if added else "It was so already.")

    def _allow(self, options: dict[str, Any]) -> None:
        platform_list.allow(actor=_actor(), address=options["address"])
        self.stdout.write("It may be written to, as far as the operator is concerned.")


def _address(parser: ArgumentParser) -> ArgumentParser:
    parser.add_argument("address")
    return parser


def _line(entry: Suppression) -> str:
    whose = " ".join(str(part) for part in (entry.reseller_id or "", entry.stream) if part)
    end = f"until {entry.until:%Y-%m-%d}" if entry.until else "for good"
    head = f"{entry.scope:8} {entry.reason:12} since {entry.created_at:%Y-%m-%d} {end}"
    return " ".join(f"{head} {whose} {entry.note}".split())


def _actor() -> Actor:
    return Actor(kind=ActorKind.OPERATOR, id=f"shell:{getpass.getuser()}", role="operator")
