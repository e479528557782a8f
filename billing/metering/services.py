"""Write usage into the ledger. Nothing here changes or removes what stands in it."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from uuid import UUID

from billing.metering.models import Meter, UsageRecord

_BATCH = 1000


def record_usage(
    *,
    key: str,
    meter: Meter,
    quantity: Decimal,
    occurred_at: datetime,
    reseller_id: UUID,
    organisation_id: UUID | None,
    event_id: UUID,
    subject: str = "",
) -> None:
    """Count one fact; the same `key` again changes nothing (the first telling stays)."""
    _append(
        [
            UsageRecord(
                key=key,
                meter=meter,
                quantity=quantity,
                occurred_at=occurred_at,
                reseller_id=reseller_id,
                organisation_id=organisation_id,
                event_id=event_id,
                subject=subject,
            )
        ]
    )


def record_mailbox_days(
    *,
    on: date,
    mailbox_ids: Iterable[UUID],
    reseller_id: UUID,
    organisation_id: UUID,
    event_id: UUID,
    occurred_at: datetime | None = None,
) -> None:
    """Count one day of each mailbox; a mailbox has at most one per calendar day (UTC)."""
    at = occurred_at or datetime.combine(on, time.min, UTC)
    _append(
        [
            UsageRecord(
                key=f"mailbox-day:{mailbox_id}:{on.isoformat()}",
                meter=Meter.MAILBOX_DAYS,
                quantity=Decimal(1),
                occurred_at=at,
                reseller_id=reseller_id,
                organisation_id=organisation_id,
                event_id=event_id,
                subject=str(mailbox_id),
            )
            for mailbox_id in mailbox_ids
        ]
    )


def _append(records: list[UsageRecord]) -> None:
    # ON CONFLICT DO NOTHING: events arrive at least once, and in any order.
    UsageRecord.objects.bulk_create(records, batch_size=_BATCH, ignore_conflicts=True)
