"""Publish business events in the transaction of what they tell (foundations 15)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kernel import clock
from kernel.actor import SYSTEM, Actor
from kernel.models import AuditEntry, OutboxEvent
from kernel.tenancy import current_reseller_id
from kernel.trace import current_trace_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """An event as handlers receive it; `data` holds only JSON primitives."""

    id: UUID
    type: str
    reseller_id: UUID
    subject: str
    occurred_at: datetime
    data: dict[str, object]
    trace_id: str


def publish(
    *event_types: str,
    subject: str,
    data: dict[str, object] | None = None,
    actor: Actor = SYSTEM,
    reseller_id: UUID | None = None,
) -> None:
    """Write what happened to `subject`, in this order, for the current reseller (or `reseller_id`)."""
    reseller_id, now = reseller_id or current_reseller_id(), clock.now()
    OutboxEvent.objects.bulk_create(
        OutboxEvent(
            type=event_type,
            reseller_id=reseller_id,
            actor=actor.as_json(),
            subject=subject,
            occurred_at=now,
            data=data or {},
            trace_id=current_trace_id(),
        )
        for event_type in event_types
    )


def audit(
    *actions: str,
    subject: str,
    actor: Actor,
    data: dict[str, object] | None = None,
    reseller_id: UUID | None = None,
) -> None:
    """Write who did what to `subject`, in the caller's transaction."""
    reseller_id = reseller_id or current_reseller_id()
    AuditEntry.objects.bulk_create(
        AuditEntry(
            reseller_id=reseller_id,
            actor=actor.as_json(),
            action=action,
            subject=subject,
            data=data or {},
            trace_id=current_trace_id(),
        )
        for action in actions
    )
