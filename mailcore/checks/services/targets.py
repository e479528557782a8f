"""When what a domain's CNAMEs point to is written to our own zone next."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from kernel import clock
from mailcore.checks.models import DomainSchedule
from mailcore.checks.services.claiming import LEASE


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
