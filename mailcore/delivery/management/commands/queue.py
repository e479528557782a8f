"""`manage.py queue …`: audit the queue, look into it, hold, release, cancel, retry, drain."""

import getpass
import json
from argparse import ArgumentParser
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.management.base import CommandError, CommandParser

from kernel.actor import Actor, ActorKind
from kernel.errors import ApplicationError
from kernel.roles import as_role
from mailcore.delivery.management import queue_words
from mailcore.delivery.management.operating import OperatorCommand
from mailcore.delivery.operating import selectors as operating
from mailcore.delivery.operating.selection import Selection
from mailcore.delivery.operating.services import entries, nodes
from mailcore.delivery.operating.services.entries import Done
from mailcore.delivery.selectors import audit_queue
from mailcore.delivery.shaping import selectors as shaping

STREAMS = ("mailbox", "transactional", "bulk", "system")


class Command(OperatorCommand):
    """Acts as the operator; each order is written into the audit log."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """One subcommand per order."""
        orders = parser.add_subparsers(dest="order", required=True)
        audit = orders.add_parser("audit", help="is every accepted recipient accounted for?")
        audit.add_argument("--json", action="store_true", dest="as_json")
        _select(orders.add_parser("show", help="the queue; with a selection, its recipients"))
        held = _select(orders.add_parser("hold", help="try them no more until released"))
        held.add_argument("--reason", required=True)
        held.add_argument("--until", type=_instant, help="2026-12-01T08:00+00:00")
        _select(orders.add_parser("release", help="end holds"))
        _select(orders.add_parser("retry", help="try what waits for its next try now"))
        cancelled = _select(orders.add_parser("cancel", help="give up for good, tell nobody"))
        cancelled.add_argument("--reason", required=True)
        drained = _place(orders.add_parser("drain", help="send no more from a node or address"))
        drained.add_argument("--reason", required=True)
        drained.add_argument("--to", help="the node that sends its mail meanwhile")
        _place(orders.add_parser("undrain", help="send again"))
        shards = orders.add_parser("shards", help="share a node's queue between processes")
        shards.add_argument("node")
        shards.add_argument("count", type=int)

    def handle(self, *_: Any, **options: Any) -> None:
        """Exit code 1 when the books do not balance, or an order cannot be carried out."""
        try:
            with as_role("operator"):
                getattr(self, f"_{options['order']}")(options)
        except ApplicationError as error:
            raise CommandError(error.message) from error

    def _audit(self, options: dict[str, Any]) -> None:
        audit, duplicates = audit_queue()
        if options["as_json"]:
            self.stdout.write(json.dumps(queue_words.audit_as_data(audit, duplicates)))
        else:
            self._say(*queue_words.audit_lines(audit, duplicates))
        if not audit.is_sound:
            raise CommandError("the ledger and the queue do not agree")

    def _show(self, options: dict[str, Any]) -> None:
        selection, actor = _selection(options), _actor()
        if selection == Selection():
            self._say(*queue_words.node_lines(operating.nodes(actor=actor)))
            self._say(*queue_words.overview_lines(operating.overview(actor=actor)))
            self._say(*queue_words.rest_lines(shaping.overlays(actor=actor)))
        else:
            found = operating.list_entries(actor=actor, selection=selection)
            self._say(*queue_words.entry_lines(found))

    def _hold(self, options: dict[str, Any]) -> None:
        done = entries.hold(
            actor=_actor(),
            selection=_selection(options),
            reason=options["reason"],
            until=options["until"],
        )
        self._tell(done, "held")

    def _release(self, options: dict[str, Any]) -> None:
        self._tell(entries.release(actor=_actor(), selection=_selection(options)), "released")

    def _retry(self, options: dict[str, Any]) -> None:
        self._tell(entries.retry_now(actor=_actor(), selection=_selection(options)), "due now")

    def _cancel(self, options: dict[str, Any]) -> None:
        done = entries.cancel(
            actor=_actor(), selection=_selection(options), reason=options["reason"]
        )
        self._tell(done, "cancelled")

    def _drain(self, options: dict[str, Any]) -> None:
        reason = options["reason"]
        if options["address"]:
            nodes.drain_source(actor=_actor(), address=options["address"], reason=reason)
            self._say(f"{options['address']} is drained: no more mail leaves from it.")
            return
        node, to = options["node"], options["to"]
        moved = nodes.drain_node(actor=_actor(), node=node, reason=reason, to=to)
        self._say(f"{node} is drained: it claims nothing more.")
        if to:
            self._say(f"{moved} recipients moved to {to}; those that are being sent follow.")

    def _undrain(self, options: dict[str, Any]) -> None:
        if options["address"]:
            nodes.undrain_source(actor=_actor(), address=options["address"])
        else:
            nodes.undrain_node(actor=_actor(), node=options["node"])
        self._say(f"{options['address'] or options['node']} sends again.")

    def _shards(self, options: dict[str, Any]) -> None:
        node, count = options["node"], options["count"]
        moved = nodes.set_shards(actor=_actor(), node=node, shards=count)
        self._say(f"{node} has {count} shards, {moved} recipients moved.")
        rows = [row for row in operating.nodes(actor=_actor()) if row["node"] == node]
        self._say(*queue_words.node_lines(rows))

    def _tell(self, done: Done, word: str) -> None:
        self._say(*queue_words.done_lines(done, word))

    def _say(self, *lines: str) -> None:
        for line in lines:
            self.stdout.write(line)


def _select(parser: ArgumentParser) -> ArgumentParser:
    group = parser.add_argument_group("which (all conditions together)")
    group.add_argument("--recipient", type=UUID, help="id of one recipient, as `show` prints it")
    group.add_argument("--message", type=UUID, help="our id of a message")
    group.add_argument("--message-id", dest="header", type=_header, help="the Message-ID field")
    group.add_argument("--reseller", type=UUID)
    group.add_argument("--stream", choices=STREAMS)
    group.add_argument("--login", help="who submitted it")
    group.add_argument("--from-domain", help="in whose name it was sent")
    group.add_argument("--domain", help="of the recipients")
    group.add_argument("--address", help="of the recipient")
    group.add_argument(
        "--held", metavar="REASON", help="held for this reason, or one that begins so"
    )
    return parser


def _place(parser: ArgumentParser) -> ArgumentParser:
    group = parser.add_mutually_exclusive_group(required=True)
    group.add_argument("--node")
    group.add_argument("--address", help="an address that mail leaves from")
    return parser


def _selection(options: dict[str, Any]) -> Selection:
    return Selection(**{name: options[name] for name in Selection.__dataclass_fields__})


def _actor() -> Actor:
    return Actor(kind=ActorKind.OPERATOR, id=f"shell:{getpass.getuser()}", role="operator")


def _header(text: str) -> str:
    return f"<{text.strip().strip('<>')}>"


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError("say the zone too: 2026-12-01T08:00+00:00")
    return instant
