"""Keep what was told, so that who asks later hears it too."""

from datetime import timedelta
from uuid import UUID

from kernel import clock, ids
from tenants.webhooks.models import ToldEvent
from tenants.webhooks.services.queueing import Fact

KEPT = timedelta(days=30)
_AT_ONCE = 10_000


def keep_event(fact: Fact, *, subject: str, organisation_id: UUID | None) -> None:
    """Keep a business event once, however often it is told."""
    row = ToldEvent(
        event_id=fact.event_id,
        reseller_id=fact.reseller_id,
        organisation_id=organisation_id,
        event_type=fact.event_type,
        subject=subject,
        occurred_at=fact.occurred_at,
        data=fact.data,
    )
    ToldEvent.objects.bulk_create([row], ignore_conflicts=True)


def forget_events() -> int:
    """Drop what is older than 30 days; how many. As role worker, of all resellers."""
    oldest = ids.first_at(clock.now() - KEPT)
    old = ToldEvent.objects.filter(id__lt=oldest).values("pk")[:_AT_ONCE]
    return ToldEvent.objects.filter(pk__in=old).delete()[0]
