"""`manage.py shaping …`: see and change limits, end overlays, try rules on stored replies."""

import getpass
from argparse import ArgumentTypeError
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import CommandError, CommandParser

from kernel import clock
from kernel.actor import Actor, ActorKind
from kernel.errors import ApplicationError
from kernel.roles import as_role
from mailcore.delivery.management import shaping_words
from mailcore.delivery.management.operating import OperatorCommand
from mailcore.delivery.shaping import selectors, services
from mailcore.delivery.shaping.rule_file import read
from mailcore.delivery.shaping.rule_values import BadRules, duration
from mailcore.protocol.providers import PROVIDERS


class Command(OperatorCommand):
    """Acts as the operator; each order is written into the audit log."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """One subcommand per order."""
        orders = parser.add_subparsers(dest="order", required=True)
        orders.add_parser("show", help="the rules in force, and the overlays that hold")
        tested = orders.add_parser("test", help="what rules would have done to stored replies")
        tested.add_argument("--rule", type=Path, help="a rule file on trial, with those in force")
        tested.add_argument("--provider", choices=sorted(PROVIDERS), default="")
        tested.add_argument("--since", type=_instant, default="1d", help="2h, 7d or an instant")
        given = orders.add_parser("set", help="put a rule file in force, within seconds")
        given.add_argument("file", type=Path)
        given.add_argument("--name", help="the file's name without .toml, when none is given")
        orders.add_parser("unset", help="forget a rule file").add_argument("name")
        cleared = orders.add_parser("clear", help="end overlays")
        cleared.add_argument("id", nargs="?", type=UUID, help="one overlay, as `show` prints it")
        cleared.add_argument("--source", default="", help="those of an address")
        cleared.add_argument("--target", default="", help="those of a provider or a site's hosts")

    def handle(self, *_: Any, **options: Any) -> None:
        """Exit code 1 when an order cannot be carried out; a bad rule is told with its place."""
        try:
            with as_role("operator"):
                getattr(self, f"_{options['order']}")(options)
        except ApplicationError as error:
            raise CommandError(error.message) from error

    def _show(self, _: dict[str, Any]) -> None:
        self._say(*shaping_words.rule_lines(selectors.rules_in_force(actor=_actor())))
        stored = selectors.stored_rules(actor=_actor())
        self._say(f"rule files of the operator: {', '.join(stored) or 'none'}")
        self._say(*shaping_words.overlay_lines(selectors.overlays(actor=_actor())))

    def _test(self, options: dict[str, Any]) -> None:
        path: Path | None = options["rule"]
        trial = read(_text(path), name=path.name) if path else None
        report = selectors.dry_run(
            actor=_actor(),
            since=options["since"],
            rules=selectors.rules_in_force(actor=_actor(), and_also=trial),
            provider=options["provider"],
        )
        self._say(*shaping_words.report_lines(report))

    def _set(self, options: dict[str, Any]) -> None:
        path: Path = options["file"]
        name = options["name"] or path.stem
        services.set_rules(actor=_actor(), name=name, content=_text(path))
        self._say(f"{name} is in force; workers follow within seconds.")

    def _unset(self, options: dict[str, Any]) -> None:
        services.unset_rules(actor=_actor(), name=options["name"])
        self._say(f"{options['name']} is forgotten; workers follow within seconds.")

    def _clear(self, options: dict[str, Any]) -> None:
        chosen = {"overlay_id": options["id"]}
        chosen |= {name: options[name] for name in ("source", "target")}
        if not any(chosen.values()):
            raise CommandError("Say which: an id, --source or --target; `shaping show` lists them.")
        count = services.clear_overlays(actor=_actor(), **chosen)
        self._say(f"{count} ended; workers follow within seconds.")

    def _say(self, *lines: str) -> None:
        for line in lines:
            self.stdout.write(line)


def _actor() -> Actor:
    return Actor(kind=ActorKind.OPERATOR, id=f"shell:{getpass.getuser()}", role="operator")


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{path} cannot be read: {error}") from error


def _instant(text: str) -> datetime:
    try:
        return clock.now() - timedelta(seconds=duration(text, "--since"))
    except BadRules:
        pass
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError("write 2h, 7d or 2026-12-01T08:00+00:00") from error
    if instant.tzinfo is None:
        raise ArgumentTypeError("say the zone too: 2026-12-01T08:00+00:00")
    return instant
