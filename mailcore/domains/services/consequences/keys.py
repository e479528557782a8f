"""A key signs from when DNS shows it until DNS has lost it for good, or the other slot is due."""

from collections.abc import Mapping, Sequence

from kernel import clock
from mailcore.checks.models import RecordVerdict
from mailcore.checks.services import Look
from mailcore.domains import selectors
from mailcore.domains.models import DkimKey, Domain
from mailcore.domains.services.consequences import patience
from mailcore.domains.services.dkim_keys import shelf, turning
from mailcore.protocol.dns_records import Key, Record
from mailcore.protocol.verdicts import Outcome

#: Beyond this the number says no more.
_MOST = 1000
_WRONG = frozenset({Outcome.MISSING.value, Outcome.CONFLICT.value})


def draw(domain: Domain, rows: Mapping[Key, RecordVerdict], looks: Sequence[Look]) -> None:
    """Note what was seen of each key of the locked domain, and take the steps that follow."""
    # By what was asked for, not by name: the name may have got another key while we looked.
    seen = {_place(look.record.behind or look.record): rows[look.record.key] for look in looks}
    keys = turning.rows_of(domain)
    before = [(key.shown_at, key.missed, key.state) for key in keys]
    fresh = [key.public_id for key in keys if _note(domain, key, seen) == Outcome.MATCH]
    turn = turning.take_turn(domain, keys, seen=fresh)
    after = [(key.shown_at, key.missed, key.state) for key in keys]
    if before != after or turn.needed or turn.switched:
        turning.plan_next(domain, turn, lacks=bool(turn.needed))


def _note(domain: Domain, key: DkimKey, seen: Mapping[tuple[str, str], RecordVerdict]) -> str:
    """Keep what this look says of the key, and give it back."""
    row = seen.get(_place(selectors.record_of(domain, key)))
    if row is None:
        return Outcome.UNKNOWN
    if row.verdict == Outcome.MATCH and (key.shown_at is None or key.missed):
        key.shown_at, key.missed = key.shown_at or clock.now(), 0
    elif row.verdict in _WRONG and key.missed < _most(key, row):
        key.shown_at, key.missed = None, key.missed + 1
    else:
        return row.verdict
    key.save(update_fields=["shown_at", "missed"])
    return row.verdict


def _most(key: DkimKey, row: RecordVerdict) -> int:
    """How many misses count: the one that loses the key only when they go on for long enough."""
    return _MOST if patience.is_over(row) else max(key.missed, shelf.STOP_SIGNING_AFTER - 1)


def _place(record: Record) -> tuple[str, str]:
    return record.name, record.value
