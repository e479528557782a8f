"""Hand outbox rows to their handlers: at least once, in order per subject, poison parked."""

import logging
from datetime import timedelta
from uuid import UUID

from django.db import connection, transaction

from controlplane.wiring import HANDLERS
from kernel import clock
from kernel.models import OutboxEvent
from kernel.outbox import Envelope
from kernel.tenancy import in_reseller
from kernel.trace import traced

log = logging.getLogger(__name__)

BATCH = 200
#: After this many failures an event waits for a person: `doctor` shows it.
PARK_AFTER = 12


def dispatch_due(limit: int = BATCH) -> int:
    """Handle due events until none is left or `limit` was reached; how many were handled."""
    handled, seen = 0, set[int]()
    while len(seen) < limit:
        event_id = _handle_next(seen)
        if event_id is None:
            break
        seen.add(event_id)
        handled += 1
    return handled


def _handle_next(seen: set[int]) -> int | None:
    """Take one event under a row lock, so that a second dispatcher passes it by."""
    with transaction.atomic():
        event = _next_event(seen)
        if event is None:
            return None
        taken: int = event.pk
        with traced(event.trace_id or str(event.public_id)):
            _settle(event)
        return taken


def _settle(event: OutboxEvent) -> None:
    try:
        with transaction.atomic():
            _run(event)
    except Exception as error:
        # Whatever a handler raises, the event stays and the others go on.
        log.exception("event %s (%s) failed", event.public_id, event.type)
        _put_back(event, error)
    else:
        event.delete()


def _next_event(seen: set[int]) -> OutboxEvent | None:
    """The first due event whose subject has no earlier event waiting (order per subject)."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT o.id FROM public.outbox o
               WHERE o.parked_at IS NULL AND o.due_at <= %s AND NOT o.id = ANY(%s)
                 AND NOT EXISTS (SELECT 1 FROM public.outbox p WHERE p.id < o.id
                                 AND p.reseller_id = o.reseller_id AND p.subject = o.subject
                                 AND p.parked_at IS NULL)
               ORDER BY o.id LIMIT 1 FOR UPDATE SKIP LOCKED""",
            [clock.now(), list(seen)],
        )
        row = cursor.fetchone()
    return OutboxEvent.objects.get(pk=row[0]) if row else None


def _run(event: OutboxEvent) -> None:
    envelope = Envelope(
        id=UUID(str(event.public_id)),
        type=event.type,
        reseller_id=event.reseller_id,
        subject=event.subject,
        occurred_at=event.occurred_at,
        data=event.data,
        trace_id=event.trace_id,
    )
    with in_reseller(event.reseller_id):
        for handler in HANDLERS.get(event.type, ()):
            handler(envelope)


def _put_back(event: OutboxEvent, error: Exception) -> None:
    event.attempts += 1
    event.error = f"{type(error).__name__}: {error}"[:2000]
    event.due_at = clock.now() + timedelta(seconds=min(2**event.attempts, 600))
    if event.attempts >= PARK_AFTER:
        event.parked_at = clock.now()
    event.save(update_fields=["attempts", "error", "due_at", "parked_at"])
