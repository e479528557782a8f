"""What stands in a zone, and what to change there."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

Place = tuple[str, str]  # name, type


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordSet:
    """The values at a place; `ttl` in seconds says nothing while there are none."""

    values: tuple[str, ...] = ()
    ttl: int = 0


Standing = Mapping[Place, RecordSet]
NOTHING = RecordSet()


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One value to add or to remove, as its record set reads: MX as `priority host`.

    `is_ours`: what is added becomes ours, what is removed was. `replaces`: the stranger's value
    that an added one was merged with.
    """

    add: bool
    name: str
    type: str
    value: str
    ttl: int
    purpose: str = ""
    is_ours: bool = True
    replaces: str = ""

    @property
    def place(self) -> Place:
        """Its record set."""
        return self.name, self.type


def has(standing: Standing, change: Change) -> bool:
    """Whether the change's value stands there."""
    return change.value in standing.get(change.place, NOTHING).values


def is_done(standing: Standing, change: Change) -> bool:
    """Whether the zone looks as the change wants it."""
    return has(standing, change) == change.add


def simulate(standing: Standing, changes: Iterable[Change]) -> dict[Place, RecordSet]:
    """What stands there once the changes are made, in their order."""
    after = dict(standing)
    for change in changes:
        held = after.get(change.place, NOTHING)
        values = tuple(value for value in held.values if value != change.value)
        if change.add:
            values = tuple(sorted((*values, change.value)))
        # RFC 2181 §5.2: all records of a set have one TTL.
        ttl = held.ttl if held.values else change.ttl
        after[change.place] = replace(held, values=values, ttl=ttl) if values else NOTHING
    return after


def fingerprint(standing: Standing) -> str:
    """The same for the same values at the same places, whatever their order and TTL."""
    said = sorted([*place, *sorted(held.values)] for place, held in standing.items())
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def undoing(
    done: Sequence[Change], *, standing: Standing
) -> tuple[list[Change], list[tuple[Change, str]]]:
    """Changes that put back what stood before, and what is left as it is, with the reason's code.

    Changes of one name and purpose belong together: where a value that we added was edited since,
    what it replaced does not come back beside it.
    """
    back: list[Change] = []
    left: list[tuple[Change, str]] = []
    groups: dict[tuple[str, str], list[Change]] = {}
    for change in done:
        groups.setdefault((change.name, change.purpose), []).append(change)
    for group in groups.values():
        touched = [change for change in group if not is_done(standing, change)]
        if touched:
            left += [(change, "dns_plan.touched_since") for change in group]
            continue
        back += [_opposite(change) for change in group]
    # Removals first: a name may become an alias again only when nothing else is left there.
    back.sort(key=lambda change: change.add)
    return _possible(back, left, standing)


def _possible(
    back: Sequence[Change], left: list[tuple[Change, str]], standing: Standing
) -> tuple[list[Change], list[tuple[Change, str]]]:
    """Without what cannot stand beside a stranger's new record (RFC 1034 §3.6.2)."""
    kept: list[Change] = []
    for change in back:
        if change.add and _would_clash(change, simulate(standing, kept)):
            left.append((change, "dns_plan.taken_since"))
        else:
            kept.append(change)
    return kept, left


def _would_clash(change: Change, standing: Standing) -> bool:
    others = {
        kind for (name, kind), held in standing.items() if name == change.name and held.values
    }
    return bool(others) if change.type == "CNAME" else "CNAME" in others


def _opposite(change: Change) -> Change:
    return replace(change, add=not change.add, replaces="")
