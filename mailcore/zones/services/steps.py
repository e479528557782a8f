"""A plan's changes between their stored form and the one that counts."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from mailcore.protocol.dns_zone import Change, Place, RecordSet, Standing, is_done
from mailcore.zones.models import DnsPlan

Stored = list[dict[str, Any]]


def changes_of(stored: Iterable[dict[str, Any]]) -> list[Change]:
    """Stored steps as changes, in their order."""
    return [Change(**{k: v for k, v in step.items() if k != "done"}) for step in stored]


def stored(changes: Iterable[Change], *, standing: Standing | None = None) -> Stored:
    """Changes as they are stored; `standing` tells which are done."""
    return [
        {**asdict(change), "done": standing is not None and is_done(standing, change)}
        for change in changes
    ]


def current_of(plan: DnsPlan) -> dict[Place, RecordSet]:
    """What the plan was made for."""
    return {
        (held["name"], held["type"]): RecordSet(values=tuple(held["values"]), ttl=held["ttl"])
        for held in plan.current
    }


def stored_sets(standing: Standing) -> list[dict[str, Any]]:
    """Record sets as they are stored."""
    return [
        {"name": name, "type": kind, "values": list(held.values), "ttl": held.ttl}
        for (name, kind), held in sorted(standing.items())
    ]


def places_of(changes: Sequence[Change]) -> list[Place]:
    """The record sets that changes touch."""
    return sorted({change.place for change in changes})
