"""When a domain is looked at next."""

import json
import random
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from kernel import clock
from kernel.tenancy import current_reseller_id
from mailcore.checks.models import DomainAlarm, DomainSchedule, RecordVerdict
from mailcore.checks.services import fingerprints
from mailcore.checks.services.looking import Inspection
from mailcore.protocol.dns_records import Key, Need
from mailcore.protocol.verdicts import Outcome

#: Seconds between looks: while somebody waits, while something is needed, when all is well.
WATCHED, UNSETTLED, SETTLED = 5, 300, 86_400
#: While somebody waits: this share of the time since they asked, and at most so many seconds. Who adds
#: hundreds at once does not keep everybody's looks busy for all the time that nothing can have changed.
_WAITED, _WATCHED_AT_MOST = 0.1, 30
#: What has been amiss for long is looked at after this share of the time that it has been so: a
#: domain that nobody sets up ends at a look a day.
_PATIENCE = 0.05
#: Share of a wait by which it varies, so that domains added together are not due together.
_SPREAD = 0.1
#: How long somebody is taken to wait after they asked for a check.
WATCH = timedelta(minutes=15)
_PLAN = """
UPDATE public.domain_schedule s SET checked_at = %s, due_at = n.due_at, fingerprint = n.fingerprint
FROM unnest(%s::uuid[], %s::timestamptz[], %s::jsonb[]) AS n(id, due_at, fingerprint)
WHERE s.domain_id = n.id
"""
#: Whoever asks for another look takes the fingerprint away, and may have its row just now.
_PLAN_SAME = """
WITH same AS (
  SELECT s.domain_id, n.due_at
  FROM unnest(%s::uuid[], %s::timestamptz[], %s::timestamptz[]) AS n(id, lease, due_at)
  JOIN public.domain_schedule s ON s.domain_id = n.id AND s.due_at = n.lease
  WHERE s.fingerprint IS NOT NULL FOR UPDATE OF s SKIP LOCKED
)
UPDATE public.domain_schedule s SET checked_at = %s, due_at = same.due_at
FROM same WHERE s.domain_id = same.domain_id
"""


@transaction.atomic(savepoint=False)
def open_schedule(*, domain_id: UUID, domain: str, records: Sequence[Key]) -> None:
    """Begin to check a new domain, at once and often."""
    reseller_id, now = current_reseller_id(), clock.now()
    DomainSchedule.objects.create(
        domain_id=domain_id,
        reseller_id=reseller_id,
        domain=domain,
        due_at=now,
        watched_until=now + WATCH,
    )
    RecordVerdict.objects.bulk_create(
        RecordVerdict(domain_id=domain_id, reseller_id=reseller_id, purpose=purpose, name=name)
        for purpose, name in records
    )


def close_schedule(domain_id: UUID) -> None:
    """Look at the domain no more, and forget what was seen."""
    DomainSchedule.objects.filter(domain_id=domain_id).delete()
    RecordVerdict.objects.filter(domain_id=domain_id).delete()
    DomainAlarm.objects.filter(domain_id=domain_id).delete()


def watch(domain_id: UUID) -> None:
    """Somebody waits: check now, and every few seconds for a while."""
    now = clock.now()
    DomainSchedule.objects.filter(domain_id=domain_id).update(
        due_at=now, fingerprint=None, watched_until=now + WATCH
    )


def look_soon(domain_id: UUID) -> None:
    """Check as soon as a worker is free, once, and draw all consequences."""
    DomainSchedule.objects.filter(domain_id=domain_id).update(due_at=clock.now(), fingerprint=None)


def judge_again(domain_id: UUID) -> None:
    """Judge all at the next look, which comes when it would, even if the servers say the same."""
    DomainSchedule.objects.filter(domain_id=domain_id).update(fingerprint=None)


def plan_keys(domain_id: UUID, *, due_at: datetime | None) -> None:
    """When the domain's DKIM keys are to be thought of again; None: not before DNS changes."""
    DomainSchedule.objects.filter(domain_id=domain_id).update(keys_due_at=due_at)


def lock_schedules(seen: Mapping[UUID, Inspection]) -> dict[UUID, DomainSchedule]:
    """Of domains that were looked at, but where somebody looked and stored it since we began."""
    locked = DomainSchedule.objects.select_for_update().filter(domain_id__in=list(seen))
    rows = locked.order_by("domain_id").only("domain_id", "due_at", "watched_until", "checked_at")
    return {row.domain_id: row for row in rows if not _is_outdone(row, seen[row.domain_id])}


def _is_outdone(schedule: DomainSchedule, inspection: Inspection) -> bool:
    is_newer = schedule.checked_at is not None and schedule.checked_at > inspection.began
    return is_newer and not _is_ours(schedule, inspection)


def _is_ours(schedule: DomainSchedule, inspection: Inspection) -> bool:
    """Whether nobody has asked for a look, or claimed the domain, since we did."""
    return inspection.lease is None or schedule.due_at == inspection.lease


def plan_next(
    seen: Sequence[tuple[DomainSchedule, Inspection, Iterable[RecordVerdict]]], *, now: datetime
) -> None:
    """Say when to look again at each domain after a look that gave these rows.

    What was asked for while we looked is still to come.
    """
    due: dict[UUID, datetime] = {}
    known: list[str | None] = []
    for schedule, inspection, rows in seen:
        amiss = [row for row in rows if row.verdict != Outcome.MATCH]
        is_ours = _is_ours(schedule, inspection)
        until = schedule.watched_until
        waited = None if until is None or until <= now else (now - until + WATCH).total_seconds()
        wait = _seconds(amiss, now, waited=waited) * settings.DELAY_SCALE
        due[schedule.domain_id] = now + timedelta(seconds=wait) if is_ours else schedule.due_at
        fingerprint = inspection.fingerprint if is_ours else None
        known.append(json.dumps(fingerprints.as_json(fingerprint)) if fingerprint else None)
    with connection.cursor() as cursor:
        cursor.execute(_PLAN, [now, list(due), list(due.values()), known])


def plan_same(leases: Mapping[UUID, datetime | None]) -> None:
    """Say when to look again at domains where nothing changed since all was right.

    Domain → the lease of its claim. Of several resellers, as role worker. Whoever asked for a look
    meanwhile still gets it.
    """
    now = clock.now()
    due = [now + timedelta(seconds=_settled() * settings.DELAY_SCALE) for _ in leases]
    with connection.cursor() as cursor:
        cursor.execute(_PLAN_SAME, [list(leases), list(leases.values()), due, now])


def _seconds(amiss: Sequence[RecordVerdict], now: datetime, *, waited: float | None) -> float:
    """Until the next look; `waited` since somebody asked, None when nobody waits."""
    if amiss and waited is not None:
        return min(max(WATCHED, waited * _WAITED), _WATCHED_AT_MOST)
    pressing = [row for row in amiss if row.need != Need.OPTIONAL]
    if not pressing:
        return _settled()
    newest = max(row.since or now for row in pressing)
    return _spread(min(max(UNSETTLED, (now - newest).total_seconds() * _PATIENCE), SETTLED))


def _settled() -> float:
    return _spread(SETTLED)


def _spread(seconds: float) -> float:
    return seconds * random.uniform(1 - _SPREAD, 1)  # noqa: S311 (a spread, not a secret)
