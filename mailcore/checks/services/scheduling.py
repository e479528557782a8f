"""When a domain is looked at and written next."""

import random
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from kernel import clock
from kernel.tenancy import current_reseller_id
from mailcore.checks.models import DomainAlarm, DomainSchedule, RecordVerdict
from mailcore.protocol.dns_records import Key, Need
from mailcore.protocol.verdicts import Outcome

#: Seconds between looks: while somebody waits, while something is needed, when all is well.
WATCHED, UNSETTLED, SETTLED = 5, 300, 86_400
#: What has been amiss for long is looked at after this share of the time that it has been so: a
#: domain that nobody sets up ends at a look a day.
_PATIENCE = 0.05
#: Share of a wait by which it varies, so that domains added together are not due together.
_SPREAD = 0.1
#: How long somebody is taken to wait after they asked for a check.
WATCH = timedelta(minutes=15)
#: A zone that we write and that lacks something is written again at most so often.
_UPKEEP = timedelta(hours=1)
#: A domain that is being checked is not taken again by another worker for this long.
_LEASE = timedelta(seconds=60)


@transaction.atomic
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


def forget_publishing(domain_id: UUID) -> None:
    """Plan no DNS update any more: there is no credential for it."""
    DomainSchedule.objects.filter(domain_id=domain_id).update(
        publish_due_at=None, publish_tries=0, publish_code="", published_at=None
    )


def watch(domain_id: UUID) -> None:
    """Somebody waits: check now, and every few seconds for a while."""
    now = clock.now()
    DomainSchedule.objects.filter(domain_id=domain_id).update(due_at=now, watched_until=now + WATCH)


def look_soon(domain_id: UUID) -> None:
    """Check as soon as a worker is free, once."""
    DomainSchedule.objects.filter(domain_id=domain_id).update(due_at=clock.now())


def plan_keys(domain_id: UUID, *, due_at: datetime | None) -> None:
    """When the domain's DKIM keys are to be thought of again; None: not before DNS changes."""
    DomainSchedule.objects.filter(domain_id=domain_id).update(keys_due_at=due_at)


def plan_next(domain_id: UUID, *, rows: Iterable[RecordVerdict], now: datetime) -> None:
    """Say when to look again after a look that gave these rows."""
    schedule = DomainSchedule.objects.select_for_update().get(domain_id=domain_id)
    rows = [row for row in rows if row.verdict != Outcome.MATCH]
    is_watched = schedule.watched_until is not None and now < schedule.watched_until
    schedule.checked_at = now
    schedule.due_at = now + timedelta(
        seconds=_seconds(rows, now, is_watched=is_watched) * settings.DELAY_SCALE
    )
    schedule.save(update_fields=["checked_at", "due_at"])


def _seconds(amiss: Sequence[RecordVerdict], now: datetime, *, is_watched: bool) -> float:
    if amiss and is_watched:
        return WATCHED
    pressing = [row for row in amiss if row.need != Need.OPTIONAL]
    wait: float = SETTLED
    if pressing:
        newest = max(row.since or now for row in pressing)
        wait = min(max(UNSETTLED, (now - newest).total_seconds() * _PATIENCE), SETTLED)
    return wait * random.uniform(1 - _SPREAD, 1)  # noqa: S311 (a spread, not a secret)


def claim_due(limit: int) -> list[tuple[UUID, UUID]]:
    """Domains to look at now, over all resellers: (reseller_id, domain_id); as role worker."""
    return _claim("due_at", limit)


def claim_keys(limit: int) -> list[tuple[UUID, UUID]]:
    """Domains whose DKIM keys may be due for a step: (reseller_id, domain_id); as role worker."""
    return _claim("keys_due_at", limit)


def claim_publishing(limit: int) -> list[tuple[UUID, UUID]]:
    """Domains whose records are to be written now: (reseller_id, domain_id); as role worker."""
    return _claim("publish_due_at", limit)


def claim_targets(limit: int) -> list[tuple[UUID, UUID]]:
    """Domains whose records in our zone are to be written: (reseller_id, domain_id); as worker."""
    return _claim("targets_due_at", limit)


@transaction.atomic
def _claim(field: str, limit: int) -> list[tuple[UUID, UUID]]:
    now = clock.now()
    rows = list(
        DomainSchedule.objects.select_for_update(skip_locked=True)
        .filter(**{f"{field}__lte": now})
        .order_by(field)[:limit]
    )
    DomainSchedule.objects.filter(pk__in=[row.pk for row in rows]).update(**{field: now + _LEASE})
    return [(row.reseller_id, row.domain_id) for row in rows]


def ask_to_publish(domain_id: UUID) -> None:
    """Write the domain's records as soon as a worker is free."""
    DomainSchedule.objects.filter(domain_id=domain_id).update(
        publish_due_at=clock.now(), publish_tries=0, publish_code="waiting"
    )


def ask_for_upkeep(domain_id: UUID) -> None:
    """Write the records again that a look found amiss, unless strangers' stand in their place.

    Nothing where it is planned already, or where the last time was less than an hour ago.
    """
    now = clock.now()
    before = Q(published_at=None) | Q(published_at__lte=now - _UPKEEP * settings.DELAY_SCALE)
    idle = DomainSchedule.objects.filter(before, domain_id=domain_id, publish_due_at=None)
    idle.exclude(publish_code="partly").update(
        publish_due_at=now, publish_tries=0, publish_code="waiting"
    )


def published(
    *, domain_id: UUID, claimed: datetime | None, code: str, again_in: timedelta | None = None
) -> None:
    """Keep how a DNS update ended; `again_in` plans another try.

    `claimed` is when it was due as it began: what was asked for since is still to come.
    """
    now = clock.now()
    mine = DomainSchedule.objects.filter(domain_id=domain_id, publish_due_at=claimed)
    mine.update(
        publish_code=code,
        published_at=now,
        publish_due_at=None if again_in is None else now + again_in,
        # To wait for somebody else's plan is no try.
        publish_tries=F("publish_tries") + int(code != "waiting"),
    )


def plan_ended(*, domain_id: UUID, code: str, again_in: timedelta | None = None) -> None:
    """Keep how a plan of upkeep ended, unless the records are to be written again anyway."""
    idle = DomainSchedule.objects.filter(domain_id=domain_id, publish_due_at=None)
    if again_in is None:
        idle.update(publish_code=code)
    else:
        idle.update(
            publish_code=code,
            publish_due_at=clock.now() + again_in,
            publish_tries=F("publish_tries") + 1,
        )


def ask_for_targets(domain_id: UUID) -> None:
    """Write what the domain's CNAMEs point to as soon as a worker is free."""
    DomainSchedule.objects.filter(domain_id=domain_id).update(targets_due_at=clock.now())


def put_targets_off() -> None:
    """Leave our own zone alone for half a minute, for all domains; as role worker."""
    # Shorter than the lease of the one that met it: the others come before it next time.
    now, due_at = clock.now(), clock.now() + _LEASE / 2
    DomainSchedule.objects.filter(targets_due_at__lte=now).update(targets_due_at=due_at)


def targets_written(domain_id: UUID, *, claimed: datetime | None) -> None:
    """They stand in our zone; what was asked for since `claimed` is still to come."""
    mine = DomainSchedule.objects.filter(domain_id=domain_id, targets_due_at=claimed)
    mine.update(targets_due_at=None)
