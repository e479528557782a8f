"""When a domain is looked at and written next."""

import random
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q

from kernel import clock
from kernel.tenancy import current_reseller_id
from mailcore.checks.models import DomainAlarm, DomainSchedule, RecordVerdict
from mailcore.checks.services.claiming import LEASE
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
_PLAN = """
UPDATE public.domain_schedule s SET checked_at = %s, due_at = n.due_at
FROM unnest(%s::uuid[], %s::timestamptz[]) AS n(id, due_at) WHERE s.domain_id = n.id
"""


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


def plan_next(seen: Mapping[UUID, Iterable[RecordVerdict]], *, now: datetime) -> None:
    """Say when to look again at each domain after a look that gave these rows."""
    locked = DomainSchedule.objects.select_for_update().filter(domain_id__in=list(seen))
    due: dict[UUID, datetime] = {}
    for schedule in locked.order_by("domain_id").only("domain_id", "watched_until"):
        amiss = [row for row in seen[schedule.domain_id] if row.verdict != Outcome.MATCH]
        is_watched = schedule.watched_until is not None and now < schedule.watched_until
        seconds = _seconds(amiss, now, is_watched=is_watched) * settings.DELAY_SCALE
        due[schedule.domain_id] = now + timedelta(seconds=seconds)
    with connection.cursor() as cursor:
        cursor.execute(_PLAN, [now, list(due), list(due.values())])


def _seconds(amiss: Sequence[RecordVerdict], now: datetime, *, is_watched: bool) -> float:
    if amiss and is_watched:
        return WATCHED
    pressing = [row for row in amiss if row.need != Need.OPTIONAL]
    wait: float = SETTLED
    if pressing:
        newest = max(row.since or now for row in pressing)
        wait = min(max(UNSETTLED, (now - newest).total_seconds() * _PATIENCE), SETTLED)
    return wait * random.uniform(1 - _SPREAD, 1)  # noqa: S311 (a spread, not a secret)


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
    now, due_at = clock.now(), clock.now() + LEASE / 2
    with transaction.atomic():
        waiting = DomainSchedule.objects.filter(targets_due_at__lte=now)
        # Whoever holds one of them may wait for another: what is held comes back by itself.
        free = waiting.select_for_update(skip_locked=True).values_list("pk", flat=True)
        DomainSchedule.objects.filter(pk__in=list(free)).update(targets_due_at=due_at)


def targets_written(domain_id: UUID, *, claimed: datetime | None) -> None:
    """They stand in our zone; what was asked for since `claimed` is still to come."""
    mine = DomainSchedule.objects.filter(domain_id=domain_id, targets_due_at=claimed)
    mine.update(targets_due_at=None)
