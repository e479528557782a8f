"""Store what was seen of domains' records: of all that belong to one reseller in a few statements."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from kernel import clock
from kernel.tenancy import current_reseller_id
from mailcore.checks.models import RecordVerdict
from mailcore.checks.services.looking import Inspection, Look, Said
from mailcore.checks.services.scheduling import lock_schedules, plan_next
from mailcore.protocol.dns_records import Key
from mailcore.protocol.verdicts import Outcome

_MOST_IN_A_ROW = 1000
#: Column → its type, of all that a look may change.
_SEEN = {
    "need": "text",
    "verdict": "text",
    "code": "text",
    "params": "jsonb",
    "found": "jsonb",
    "said": "jsonb",
    "since": "timestamptz",
    "missing_in_a_row": "integer",
    "matched_value": "text",
}
_UPDATE = f"""
UPDATE public.record_verdict v SET {", ".join(f"{name} = n.{name}" for name in _SEEN)}
FROM jsonb_to_recordset(%s::jsonb) AS n(
  id bigint, {", ".join(f"{name} {kind}" for name, kind in _SEEN.items())})
WHERE v.id = n.id
"""  # noqa: S608 (the names are those above)


@transaction.atomic
def keep(seen: Mapping[UUID, Inspection]) -> dict[UUID, dict[Key, RecordVerdict]]:
    """Store what was seen of domains of this reseller and when to look again; their verdict rows.

    Rows of records that are no longer expected go. What looks as it did before is not written
    again: then a look costs one write, to the domain's schedule. A domain that somebody else has
    claimed meanwhile, and stored what they saw, is left out.
    """
    now, reseller_id = clock.now(), current_reseller_id()
    schedules = lock_schedules(seen)
    seen = {one: seen[one] for one in schedules}
    known: dict[UUID, dict[Key, RecordVerdict]] = {domain_id: {} for domain_id in seen}
    for stored in RecordVerdict.objects.filter(domain_id__in=list(seen)):
        known[stored.domain_id][stored.purpose, stored.name] = stored
    rows: dict[UUID, dict[Key, RecordVerdict]] = {domain_id: {} for domain_id in seen}
    new: list[RecordVerdict] = []
    changed: list[RecordVerdict] = []
    for domain_id, inspection in seen.items():
        for look in inspection.looks:
            row = known[domain_id].pop(look.record.key, None)
            is_new = row is None
            row = row or _new(look, domain_id=domain_id, reseller_id=reseller_id)
            is_changed = _apply(row, look, now)
            if is_new:
                new.append(row)
            elif is_changed:
                changed.append(row)
            rows[domain_id][look.record.key] = row
    RecordVerdict.objects.bulk_create(new)
    _update(changed)
    gone = [stored.pk for some in known.values() for stored in some.values()]
    if gone:
        RecordVerdict.objects.filter(pk__in=gone).delete()
    plan_next([(schedules[one], seen[one], some.values()) for one, some in rows.items()], now=now)
    return rows


def _new(look: Look, *, domain_id: UUID, reseller_id: UUID) -> RecordVerdict:
    purpose, name = look.record.key
    return RecordVerdict(domain_id=domain_id, reseller_id=reseller_id, purpose=purpose, name=name)


def _update(rows: Iterable[RecordVerdict]) -> None:
    """In one statement: Django's own would have a CASE for each row and column."""
    told = [{"id": row.pk, **{name: getattr(row, name) for name in _SEEN}} for row in rows]
    if told:
        with connection.cursor() as cursor:
            cursor.execute(_UPDATE, [json.dumps(told, default=datetime.isoformat)])


def _apply(row: RecordVerdict, look: Look, now: datetime) -> bool:
    """Whether that changed the row."""
    before = [getattr(row, name) for name in _SEEN]
    outcome = look.judgement.outcome
    if row.verdict != outcome.value or row.since is None:
        row.since = now
    row.need, row.verdict = look.record.need.value, outcome.value
    row.code, row.params = look.judgement.code, dict(look.judgement.params)
    row.found, row.said = list(look.found), [_plain(one) for one in look.said]
    if outcome is Outcome.MATCH:
        row.missing_in_a_row = 0
        row.matched_value = look.record.value
    elif outcome is not Outcome.UNKNOWN:
        row.missing_in_a_row = min(row.missing_in_a_row + 1, _MOST_IN_A_ROW)
    return before != [getattr(row, name) for name in _SEEN]


def _plain(said: Said) -> dict[str, object]:
    """As JSON gives it back, so that the same is seen to be the same."""
    return {
        "servers": list(said.servers),
        "values": list(said.values),
        "alias": said.alias,
        "failure": said.failure,
    }
