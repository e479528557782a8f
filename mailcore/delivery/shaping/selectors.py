"""Shaping as the operator sees it: rules in force, overlays that hold, dry runs."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from kernel import clock
from kernel.actor import Actor, authorise
from mailcore.delivery.shaping.dry_run import Report, StoredReply, replay
from mailcore.delivery.shaping.rule_file import RuleFile, compile_rules, read, shipped
from mailcore.delivery.shaping.rules import RuleSet
from mailcore.delivery.statements import statement

_RULES, _SHOW = statement("shaping_rules"), statement("shaping_show")
_REPLIES = statement("shaping_replies")
RIGHT = "queue.read"
#: Replies that are read at once.
SLICE = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredOverlay:
    """An overlay that holds, as people see it."""

    id: UUID
    source: str
    target: str
    reseller_id: UUID | None
    stream: str
    kind: str
    origin: str
    value: float | None
    cause: str
    until: datetime


def stored_rules(*, actor: Actor) -> dict[str, str]:
    """Name → text of the operator's rule files; raises NotAllowed."""
    authorise(actor, RIGHT)
    with connection.cursor() as cursor:
        cursor.execute(_RULES)
        return dict(cursor.fetchall())


def rules_in_force(*, actor: Actor, and_also: RuleFile | None = None) -> RuleSet:
    """The shipped rules, the operator's and one file on trial; raises NotAllowed, BadRules."""
    stored = stored_rules(actor=actor)
    own = [read(content, name=f"{name}.toml") for name, content in stored.items()]
    return compile_rules([shipped(), *own, *([and_also] if and_also else [])])


def overlays(*, actor: Actor) -> list[StoredOverlay]:
    """Those that hold now, soonest over first; raises NotAllowed."""
    authorise(actor, RIGHT)
    with connection.cursor() as cursor:
        cursor.execute(_SHOW, {"now": clock.now()})
        names = [column.name for column in cursor.description or ()]
        return [StoredOverlay(**dict(zip(names, row, strict=True))) for row in cursor.fetchall()]


def dry_run(*, actor: Actor, since: datetime, rules: RuleSet, provider: str = "") -> Report:
    """Play the stored replies since then, all or one provider's, through rules.

    Raises NotAllowed.
    """
    authorise(actor, RIGHT)
    with transaction.atomic():
        found = (one for one in _replies(since) if provider in ("", one.known_provider))
        return replay(found, rules=rules)


def _replies(since: datetime) -> Iterator[StoredReply]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(_REPLIES, {"since": since})
        while rows := cursor.fetchmany(SLICE):
            names = [column.name for column in cursor.description]
            yield from (StoredReply(**dict(zip(names, row, strict=True))) for row in rows)
