"""`manage.py streams …`: see, pause and resume the streams of resellers."""

import getpass
import json
from argparse import ArgumentParser
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.management.base import CommandError, CommandParser

from kernel.actor import Actor, ActorKind
from kernel.errors import ApplicationError
from kernel.roles import as_role
from mailcore.delivery.accept.submission import Stream
from mailcore.delivery.management.operating import OperatorCommand
from mailcore.delivery.streams import pauses
from mailcore.delivery.streams.pauses import StreamState


class Command(OperatorCommand):
    """Acts as the operator; each order is written into the audit log."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """One subcommand per order."""
        orders = parser.add_subparsers(dest="order", required=True)
        shown = orders.add_parser("show", help="streams with their last seven days, paused first")
        shown.add_argument("--reseller", type=UUID)
        shown.add_argument("--json", action="store_true", dest="as_json")
        paused = _stream(orders.add_parser("pause", help="hold the mail of a stream"))
        paused.add_argument("--reason", required=True)
        paused.add_argument("--until", type=datetime.fromisoformat, help="2026-12-01T08:00+00:00")
        _stream(orders.add_parser("resume", help="send it again, and forgive the days before"))

    def handle(self, *_: Any, **options: Any) -> None:
        """Exit code 1 when an order cannot be carried out."""
        until = options.get("until")
        if until is not None and until.tzinfo is None:
            raise CommandError("say the zone too: 2026-12-01T08:00+00:00")
        try:
            with as_role("operator"):
                getattr(self, f"_{options['order']}")(options)
        except ApplicationError as error:
            raise CommandError(error.message) from error

    def _show(self, options: dict[str, Any]) -> None:
        found = pauses.list_streams(actor=_actor(), reseller_id=options["reseller"])
        if options["as_json"]:
            self.stdout.write(json.dumps([asdict(one) for one in found], default=str))
            return
        for one in found:
            self.stdout.write(_line(one))
        if not found:
            self.stdout.write("no stream sent anything in the last seven days, none is paused")

    def _pause(self, options: dict[str, Any]) -> None:
        pauses.pause_stream(
            actor=_actor(),
            reseller_id=options["reseller"],
            stream=options["stream"],
            reason=options["reason"],
            until=options["until"],
        )
        self.stdout.write(f"{options['stream']} is paused: its mail is accepted and held.")

    def _resume(self, options: dict[str, Any]) -> None:
        released = pauses.resume_stream(
            actor=_actor(), reseller_id=options["reseller"], stream=options["stream"]
        )
        self.stdout.write(f"{options['stream']} runs again, {released} recipients released.")


def _stream(parser: ArgumentParser) -> ArgumentParser:
    parser.add_argument("reseller", type=UUID, help="id, as `show` prints it")
    parser.add_argument("stream", choices=[stream.value for stream in Stream])
    return parser


def _line(one: StreamState) -> str:
    rates = (
        f"{one.ended} ended, {_share(one.hard, one.ended)} hard bounces,"
        f" {_share(one.complained, one.delivered)} complaints"
    )
    head = f"{one.state:8} {one.stream:13} {one.reseller_id} {one.reseller}: {rates}"
    if one.state != "paused" or one.since is None:
        return head
    return f"{head}\n         since {one.since:%Y-%m-%d %H:%M} by {one.by}: {one.reason}"


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.2f} %" if whole else "0 %"


def _actor() -> Actor:
    return Actor(kind=ActorKind.OPERATOR, id=f"shell:{getpass.getuser()}", role="operator")
