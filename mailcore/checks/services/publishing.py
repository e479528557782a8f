"""When a domain's records are written to its owner's DNS next."""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import F, Q

from kernel import clock
from mailcore.checks.models import DomainSchedule

#: A zone that we write and that lacks something is written again at most so often.
_UPKEEP = timedelta(hours=1)


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
    again: dict[str, object] = {}
    if again_in is not None:
        again = {"publish_due_at": clock.now() + again_in, "publish_tries": F("publish_tries") + 1}
    idle.update(publish_code=code, **again)


def forget_publishing(domain_id: UUID) -> None:
    """Plan no DNS update any more: there is no credential for it."""
    DomainSchedule.objects.filter(domain_id=domain_id).update(
        publish_due_at=None, publish_tries=0, publish_code="", published_at=None
    )
