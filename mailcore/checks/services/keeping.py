"""Store what was seen of a domain's records."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from django.db import transaction

from kernel import clock
from kernel.tenancy import current_reseller_id
from mailcore.checks.models import RecordVerdict
from mailcore.checks.selectors import list_verdicts
from mailcore.checks.services.looking import Look
from mailcore.checks.services.scheduling import plan_next
from mailcore.protocol.dns_records import Key
from mailcore.protocol.verdicts import Outcome

_MOST_IN_A_ROW = 1000
_SEEN = ("need", "verdict", "code", "params", "found", "said", "since", "missing_in_a_row")


@transaction.atomic
def keep(*, domain_id: UUID, looks: Sequence[Look]) -> dict[Key, RecordVerdict]:
    """Store what was seen and when to look again; purpose and name → the verdict row.

    Rows of records that are no longer expected go. A domain that looks as it did before costs one
    write, to its schedule.
    """
    now, reseller_id = clock.now(), current_reseller_id()
    known = list_verdicts(domain_id)
    rows: dict[Key, RecordVerdict] = {}
    new: list[RecordVerdict] = []
    changed: list[RecordVerdict] = []
    for look in looks:
        purpose, name = look.record.key
        row = known.pop(look.record.key, None)
        if row is None:
            row = RecordVerdict(
                domain_id=domain_id, reseller_id=reseller_id, purpose=purpose, name=name
            )
            new.append(row)
            _apply(row, look, now)
        elif _apply(row, look, now):
            changed.append(row)
        rows[look.record.key] = row
    RecordVerdict.objects.bulk_create(new)
    RecordVerdict.objects.bulk_update(changed, _SEEN)
    if known:
        RecordVerdict.objects.filter(pk__in=[row.pk for row in known.values()]).delete()
    plan_next(domain_id, rows=rows.values(), now=now)
    return rows


def _apply(row: RecordVerdict, look: Look, now: datetime) -> bool:
    """Whether that changed the row."""
    before = [getattr(row, name) for name in _SEEN]
    outcome = look.judgement.outcome
    if row.verdict != outcome.value or row.since is None:
        row.since = now
    row.need, row.verdict = look.record.need.value, outcome.value
    row.code, row.params = look.judgement.code, dict(look.judgement.params)
    row.found, row.said = list(look.found), [_plain(asdict(one)) for one in look.said]
    if outcome is Outcome.MATCH:
        row.missing_in_a_row = 0
    elif outcome is not Outcome.UNKNOWN:
        row.missing_in_a_row = min(row.missing_in_a_row + 1, _MOST_IN_A_ROW)
    return before != [getattr(row, name) for name in _SEEN]


def _plain(said: dict[str, object]) -> dict[str, object]:
    """As JSON gives it back, so that the same is seen to be the same."""
    return {key: list(value) if isinstance(value, tuple) else value for key, value in said.items()}
