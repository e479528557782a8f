"""Holds and the queue: what is let go while one stands, the engine keeps again (set_aside.sql)."""

from contextlib import suppress
from datetime import timedelta

from django.db.models import QuerySet

from kernel import clock
from kernel.actor import SYSTEM
from kernel.errors import NotFound
from kernel.outbox import Envelope
from kernel.tenancy import in_reseller
from mailcore.delivery.accept.submission import Stream
from mailcore.delivery.operating.selection import Selection
from mailcore.delivery.operating.services import entries
from mailcore.directory.models import Hold
from mailcore.directory.states import HoldOn, HoldScope

#: How the reason begins of what the queue keeps for a hold; the engine writes the same.
HELD = "hold: "
#: The portal's own notices, and those of undelivered mail, are nobody's mail.
STREAMS = (Stream.MAILBOX, Stream.TRANSACTIONAL, Stream.BULK)
#: For so long after a hold's end the queue is looked through for what was being kept in that moment.
LATE = timedelta(minutes=10)


def sync_queue(event: Envelope) -> None:
    """`hold.placed`, `hold.lifted`: keep what is queued, or let it go unless others hold it too."""
    hold = Hold.objects.get(public_id=str(event.data["hold_id"]))
    if HoldScope.SEND not in hold.scopes:
        return
    if hold.lifted_at is not None:
        _release(hold)
    for one in _sending().filter(lifted_at=None, reseller_id=event.reseller_id):
        _keep(one)


def release_lifted() -> None:
    """Let go what the engine was just keeping when its hold ended; as worker, in no reseller."""
    for hold in _sending().filter(lifted_at__gt=clock.now() - LATE):
        with in_reseller(hold.reseller_id):
            _release(hold)


def _sending() -> QuerySet[Hold]:
    return Hold.objects.filter(scopes__contains=[HoldScope.SEND])


def _release(hold: Hold) -> None:
    with suppress(NotFound):  # nothing waited
        entries.release(actor=SYSTEM, selection=_selection(hold, held=HELD))


def _keep(hold: Hold) -> None:
    for stream in STREAMS:
        with suppress(NotFound):  # nothing of it is queued
            chosen = _selection(hold, stream=stream)
            entries.hold(actor=SYSTEM, selection=chosen, reason=HELD + hold.kind)


def _selection(hold: Hold, *, stream: str | None = None, held: str | None = None) -> Selection:
    return Selection(
        reseller=hold.reseller_id,
        from_domain=hold.name if hold.object_kind == HoldOn.DOMAIN else None,
        login=hold.name if hold.object_kind == HoldOn.MAILBOX else None,
        stream=stream,
        held=held,
    )
