"""`manage.py egress …`: which addresses mail leaves from: sources, pools, streams, warm-up."""

import getpass
import json
from argparse import ArgumentParser
from typing import Any
from uuid import UUID

import psycopg
from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.db import OperationalError

from kernel.actor import Actor, ActorKind
from kernel.errors import ApplicationError
from kernel.roles import as_role
from mailcore.delivery.egress import naming, selectors, services, watching
from mailcore.delivery.management import egress_words
from mailcore.delivery.management.operating import OperatorCommand
from tenants.resellers.models import Reseller


class Command(OperatorCommand):
    """Acts as the operator; each order is written into the audit log."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """One subcommand per order."""
        orders = parser.add_subparsers(dest="order", required=True)
        listed = orders.add_parser("list", help="sources, pools, and the streams that use them")
        listed.add_argument("--json", action="store_true", dest="as_json")
        _source_orders(orders)
        _pool_orders(orders)
        orders.add_parser("watch", help="ask the DNSBLs of the settings now")
        warm = orders.add_parser("warm-up", help="where sources stand in their calendars")
        warm.add_argument("address", nargs="?")
        what = warm.add_mutually_exclusive_group()
        what.add_argument("--begin", action="store_true", help="anew, from today on")
        what.add_argument("--end", action="store_true", help="take it for warm, at your own risk")

    def handle(self, *_: Any, **options: Any) -> None:
        """Exit code 1 when an order cannot be carried out."""
        try:
            with as_role("operator"):
                getattr(self, f"_{options['order'].replace('-', '_')}")(options)
        except ApplicationError as error:
            raise CommandError(error.message) from error
        except (psycopg.OperationalError, OperationalError) as error:
            raise CommandError(f"PostgreSQL cannot be asked: {error}") from error

    def _list(self, options: dict[str, Any]) -> None:
        doubts = selectors.doubts(actor=_actor())
        sources = [
            {**row, "doubts": doubts.get(row["address"], [])}
            for row in selectors.sources(actor=_actor())
        ]
        pools = selectors.pools(actor=_actor())
        if options["as_json"]:
            self.stdout.write(json.dumps({"sources": sources, "pools": pools}, default=str))
            return
        slugs = dict(Reseller.objects.values_list("public_id", "slug"))
        self._say(*egress_words.source_lines(sources))
        self._say(*egress_words.pool_lines(pools, slugs=slugs))

    def _add_source(self, options: dict[str, Any]) -> None:
        address, ehlo = options["address"], options["name"]
        services.add_source(
            actor=_actor(),
            address=address,
            ehlo=ehlo,
            node=options["node"],
            is_here=options["node"] == settings.EGRESS_NODE,
            is_new=not options["warm"],
        )
        for doubt in selectors.doubts(actor=_actor()).get(address, []):
            self._say(f"Warning: {doubt}; {naming.CONSEQUENCE}.")
        warming = "warm" if options["warm"] else "its warm-up begins today"
        self._say(f"{address} is a source of {options['node']}, {warming}. It is in no pool yet.")

    def _suspend(self, options: dict[str, Any]) -> None:
        address = options["address"]
        services.suspend_source(
            actor=_actor(),
            address=address,
            reason=options["reason"],
            even_the_last=options["force"],
        )
        self._say(f"Nothing more leaves from {address}; what is in a session is finished.")

    def _resume(self, options: dict[str, Any]) -> None:
        services.resume_source(actor=_actor(), address=options["address"])
        self._say(f"{options['address']} sends again.")

    def _add_pool(self, options: dict[str, Any]) -> None:
        services.add_pool(actor=_actor(), name=options["pool"], reseller_id=_reseller(options))
        self._say(f"The pool {options['pool']} is there, and empty.")

    def _add_member(self, options: dict[str, Any]) -> None:
        services.set_member(
            actor=_actor(),
            pool=options["pool"],
            address=options["address"],
            weight=options["weight"],
            providers=options["only_for"],
            role="standby" if options["standby"] else "active",
        )
        self._say(f"{options['address']} is in the pool {options['pool']}.")

    def _remove_member(self, options: dict[str, Any]) -> None:
        pool, address = options["pool"], options["address"]
        services.remove_member(
            actor=_actor(), pool=pool, address=address, even_the_last=options["force"]
        )
        self._say(f"{address} has left the pool {pool}.")

    def _map(self, options: dict[str, Any]) -> None:
        stream, pool = options["stream"], options["pool"]
        services.map_stream(
            actor=_actor(), stream=stream, pool=pool, reseller_id=_reseller(options)
        )
        self._say(f"New mail of the stream {stream} leaves from {pool}; what is queued stays.")

    def _unmap(self, options: dict[str, Any]) -> None:
        stream = options["stream"]
        services.unmap_stream(actor=_actor(), stream=stream, reseller_id=_reseller(options))
        self._say(f"New mail of the stream {stream} leaves as everybody's does.")

    def _warm_up(self, options: dict[str, Any]) -> None:
        address = options["address"]
        if (options["begin"] or options["end"]) and not address:
            raise CommandError("say which address")
        if options["begin"]:
            services.begin_warmup(actor=_actor(), address=address)
        elif options["end"]:
            services.end_warmup(actor=_actor(), address=address)
        known = {row["address"] for row in selectors.sources(actor=_actor())}
        if address and address not in known:
            raise CommandError(f"there is no source {address}")
        self._say(*egress_words.warmup_lines(selectors.warmup(actor=_actor(), address=address)))

    def _watch(self, _: dict[str, Any]) -> None:
        answers = watching.watch_listings()
        if not settings.DNSBL_ZONES:
            raise CommandError("LIVERY_DNSBL_ZONES names no lists")
        for answer in answers:
            evidence = f": {answer.evidence}" if answer.evidence else ""
            self._say(f"{answer.address} {answer.zone} {answer.finding}{evidence}")
        asked = {answer.zone for answer in answers}
        for zone in settings.DNSBL_ZONES:
            if zone not in asked:
                self._say(f"{zone} is not believed: it does not list what every list must")

    def _say(self, *lines: str) -> None:
        for line in lines:
            self.stdout.write(line)


def _source_orders(orders: Any) -> None:
    added = orders.add_parser("add-source", help="an address of a node; its warm-up begins")
    added.add_argument("address")
    added.add_argument("name", help="its name in DNS, forward and back; it greets with it")
    added.add_argument("--node", default=settings.EGRESS_NODE)
    added.add_argument("--warm", action="store_true", help="it has sent as much before")
    suspended = orders.add_parser("suspend", help="send nothing more from an address")
    suspended.add_argument("address")
    suspended.add_argument("--reason", required=True)
    _force(suspended)
    orders.add_parser("resume", help="send from it again").add_argument("address")


def _pool_orders(orders: Any) -> None:
    pool = orders.add_parser("add-pool", help="for everybody, or for one reseller")
    pool.add_argument("pool")
    _of_reseller(pool)
    member = orders.add_parser("add-member", help="put a source into a pool, or change how it is")
    member.add_argument("pool")
    member.add_argument("address")
    member.add_argument("--weight", type=int, default=100)
    member.add_argument("--only-for", nargs="+", default=[], metavar="PROVIDER")
    member.add_argument("--standby", action="store_true", help="steps in when another fails")
    removed = orders.add_parser("remove-member", help="take a source out of a pool")
    removed.add_argument("pool")
    removed.add_argument("address")
    _force(removed)
    mapped = orders.add_parser("map", help="let a stream leave from a pool")
    mapped.add_argument("stream", choices=services.STREAMS)
    mapped.add_argument("pool")
    _of_reseller(mapped)
    unmapped = orders.add_parser("unmap", help="let it leave as everybody's does")
    unmapped.add_argument("stream", choices=services.STREAMS)
    _of_reseller(unmapped)


def _force(parser: ArgumentParser) -> None:
    parser.add_argument("--force", action="store_true", help="even the last one: mail waits")


def _of_reseller(parser: ArgumentParser) -> None:
    parser.add_argument("--reseller", metavar="SLUG", help="of one reseller; else of all")


def _reseller(options: dict[str, Any]) -> UUID | None:
    slug = options["reseller"]
    if slug is None:
        return None
    found = Reseller.objects.filter(slug=slug).values_list("public_id", flat=True).first()
    if found is None:
        raise CommandError(f"there is no reseller {slug}")
    return UUID(str(found))


def _actor() -> Actor:
    return Actor(kind=ActorKind.OPERATOR, id=f"shell:{getpass.getuser()}", role="operator")
