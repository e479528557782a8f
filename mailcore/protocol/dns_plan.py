"""What to change in a zone so that it shows our records, leaving everything else alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mailcore.protocol import dns_records, spf
from mailcore.protocol.dns_records import Record
from mailcore.protocol.verdicts import Outcome, judge

Place = tuple[str, str]  # name, type


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One value to add or to remove; MX values are `priority host`."""

    add: bool
    name: str
    type: str
    value: str
    ttl: int = dns_records.TTL


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """`skipped`: purpose → code of what stands in the way; `ours`: what is ours afterwards."""

    changes: tuple[Change, ...]
    skipped: Mapping[str, str]
    ours: tuple[Change, ...]


def make(
    wanted: Sequence[Record], *, current: Mapping[Place, Sequence[str]], ours: Sequence[Change]
) -> Plan:
    """Compare wanted records with the zone's present values and with what we wrote before."""
    changes: list[Change] = []
    skipped: dict[str, str] = {}
    keep: list[Change] = []
    before = {(old.name, old.type, old.value) for old in ours}
    for record in wanted:
        present = list(current.get((record.name, record.type), ()))
        foreign = [v for v in present if (record.name, record.type, v) not in before]
        steps, code = _steps(record, present, foreign)
        if code:
            skipped[record.purpose] = code
        changes += steps
        keep += [step for step in steps if step.add]
        keep += [old for old in ours if _holds(record, old, steps)]
    changes += _leftovers(ours, keep, changes, current)
    # The removals go first: a server that sees add and remove of one value keeps the last word.
    ordered = sorted(dict.fromkeys(changes), key=lambda change: change.add)
    return Plan(changes=tuple(ordered), skipped=skipped, ours=tuple(dict.fromkeys(keep)))


def value_of(record: Record) -> str:
    """The value as the zone shows it."""
    return record.value if record.priority is None else f"{record.priority} {record.value}"


def _steps(
    record: Record, present: Sequence[str], foreign: Sequence[str]
) -> tuple[list[Change], str]:
    """What to do for one record, or the code of what stands in the way."""
    judgement = judge(record, present)
    if judgement.outcome is Outcome.MATCH:
        return [], ""
    if judgement.code == "spf.not_included":
        return _merge_policy(record, present), ""
    if judge(record, foreign).outcome is Outcome.CONFLICT:
        # Somebody else's mail exchanger, key or policy: two of them would break both.
        return [], judgement.code
    return [_change(record, value_of(record), add=True)], ""


def _merge_policy(record: Record, present: Sequence[str]) -> list[Change]:
    old = next(value for value in present if spf.is_spf(value.strip()))
    include = record.value.split("include:")[1].split()[0]
    merged = spf.merge(old.strip(), include)
    return [_change(record, old, add=False), _change(record, merged, add=True)]


def _holds(record: Record, old: Change, steps: Sequence[Change]) -> bool:
    """Whether what we wrote before still serves this record."""
    at_place = (old.name, old.type) == (record.name, record.type)
    if not at_place or any(not step.add and step.value == old.value for step in steps):
        return False
    return judge(record, [old.value]).outcome is Outcome.MATCH


def _leftovers(
    ours: Sequence[Change],
    keep: Sequence[Change],
    changes: Sequence[Change],
    current: Mapping[Place, Sequence[str]],
) -> list[Change]:
    """Remove what we wrote and no longer want, where it still stands as we wrote it."""
    kept = {(change.name, change.type, change.value) for change in [*keep, *changes]}
    return [
        Change(add=False, name=old.name, type=old.type, value=old.value)
        for old in ours
        if (old.name, old.type, old.value) not in kept
        and old.value in current.get((old.name, old.type), ())
    ]


def _change(record: Record, value: str, *, add: bool) -> Change:
    return Change(add=add, name=record.name, type=record.type, value=value, ttl=record.ttl)
