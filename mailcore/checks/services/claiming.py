"""Take what is due, so that no other worker takes it too; over all resellers, as role worker."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from kernel import clock
from mailcore.checks.models import DomainSchedule
from mailcore.checks.services import fingerprints
from mailcore.checks.services.fingerprints import Fingerprint

#: A domain that is being checked is not taken again by another worker for this long.
LEASE = timedelta(seconds=60)
#: Of each claim, so much is for domains that somebody waits for; the rest, and what they leave, is
#: for whichever was due first. So nobody waits for a backlog, nor does the backlog stand still.
_WATCHED = 0.75


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A domain to look at; `fingerprint` of the last time, unless all is to be judged anew.

    `lease` is when it is due again unless we plan otherwise: whoever asks for a look, or claims the
    domain after that, sets another time.
    """

    reseller_id: UUID
    domain_id: UUID
    lease: datetime
    fingerprint: Fingerprint | None


@transaction.atomic
def claim_due(limit: int, *, but: Collection[UUID] = ()) -> list[Due]:
    """Domains to look at now, `but` these: those that somebody waits for first, then the oldest."""
    now = clock.now()
    due = DomainSchedule.objects.filter(due_at__lte=now).exclude(pk__in=but)
    first = _locked(due.filter(watched_until__gt=now), "due_at", int(limit * _WATCHED))
    taken = [row.pk for row in first]
    rows = first + _locked(due.exclude(pk__in=taken), "due_at", limit - len(first))
    lease = _take(rows, "due_at")
    return [
        Due(
            reseller_id=row.reseller_id,
            domain_id=row.domain_id,
            lease=lease,
            fingerprint=fingerprints.read(row.fingerprint, now=now),
        )
        for row in rows
    ]


def claim_keys(limit: int) -> list[tuple[UUID, UUID]]:
    """Domains whose DKIM keys may be due for a step: (reseller_id, domain_id)."""
    return _claim("keys_due_at", limit)


def claim_publishing(limit: int) -> list[tuple[UUID, UUID]]:
    """Domains whose records are to be written now: (reseller_id, domain_id)."""
    return _claim("publish_due_at", limit)


def claim_targets(limit: int) -> list[tuple[UUID, UUID]]:
    """Domains whose records in our zone are to be written: (reseller_id, domain_id)."""
    return _claim("targets_due_at", limit)


@transaction.atomic
def _claim(field: str, limit: int) -> list[tuple[UUID, UUID]]:
    due = DomainSchedule.objects.filter(**{f"{field}__lte": clock.now()})
    rows = _locked(due, field, limit)
    _take(rows, field)
    return [(row.reseller_id, row.domain_id) for row in rows]


def _locked(due: QuerySet[DomainSchedule], field: str, limit: int) -> list[DomainSchedule]:
    return list(due.select_for_update(skip_locked=True).order_by(field)[:limit])


def _take(rows: list[DomainSchedule], field: str) -> datetime:
    lease = clock.now() + LEASE
    mine = DomainSchedule.objects.filter(pk__in=[row.pk for row in rows])
    mine.update(**{field: lease})
    return lease
