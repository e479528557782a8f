"""A key signs from when DNS shows it until DNS has lost it for good, or the other slot is due."""

from collections.abc import Mapping, Sequence

from kernel import clock
from mailcore.checks.services import Look
from mailcore.domains import selectors
from mailcore.domains.models import DkimKey, Domain
from mailcore.domains.services.dkim_keys import turning
from mailcore.protocol.dns_records import Record
from mailcore.protocol.verdicts import Outcome

#: Beyond this the number says no more.
_MOST = 1000


def draw(domain: Domain, looks: Sequence[Look]) -> None:
    """Note what was seen of each key of the locked domain, and take the steps that follow."""
    # By what was asked for, not by name: the name may have got another key while we looked.
    seen = {_place(look.record.behind or look.record): look.judgement.outcome for look in looks}
    rows = turning.rows_of(domain)
    before = [(row.shown_at, row.missed, row.state) for row in rows]
    for row in rows:
        _note(domain, row, seen)
    turn = turning.take_turn(domain, rows)
    after = [(row.shown_at, row.missed, row.state) for row in rows]
    if before != after or turn.needed or turn.switched:
        turning.plan_next(domain, turn, lacks=bool(turn.needed))


def _note(domain: Domain, row: DkimKey, seen: Mapping[tuple[str, str], Outcome]) -> None:
    outcome = seen.get(_place(selectors.record_of(domain, row)), Outcome.UNKNOWN)
    if outcome is Outcome.MATCH and (row.shown_at is None or row.missed):
        row.shown_at, row.missed = row.shown_at or clock.now(), 0
    elif outcome in {Outcome.MISSING, Outcome.CONFLICT} and row.missed < _MOST:
        row.shown_at, row.missed = None, row.missed + 1
    else:
        return
    row.save(update_fields=["shown_at", "missed"])


def _place(record: Record) -> tuple[str, str]:
    return record.name, record.value
