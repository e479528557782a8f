"""Holds and the queue: what waits there leaves only when nothing keeps its sender from sending."""

from collections.abc import Iterable

from django.db.models import QuerySet

from kernel.actor import SYSTEM
from kernel.errors import NotFound
from kernel.outbox import Envelope
from kernel.tenancy import in_reseller
from mailcore.delivery.operating.selection import Selection
from mailcore.delivery.operating.services import entries
from mailcore.directory.models import Hold
from mailcore.directory.states import HoldOn, HoldScope

#: How the reason begins of what the queue keeps for a hold.
HELD = "hold: "


def sync_queue(event: Envelope) -> None:
    """`hold.placed`, `hold.lifted`: keep what is queued, or let it go unless others hold it too."""
    hold = Hold.objects.get(public_id=str(event.data["hold_id"]))
    if HoldScope.SEND not in hold.scopes:
        return
    if event.type == "hold.lifted":
        try:
            entries.release(actor=SYSTEM, selection=_selection(hold, held=HELD))
        except NotFound:  # nothing waited
            return
    _keep(_standing().filter(reseller_id=event.reseller_id))


def keep_held() -> None:
    """Keep what came back into the queue since: released by a pause's end, or a limit's day.

    Runs as role worker, outside any reseller.
    """
    for reseller_id in _standing().values_list("reseller_id", flat=True).distinct():
        with in_reseller(reseller_id):
            _keep(_standing().filter(reseller_id=reseller_id))


def _standing() -> QuerySet[Hold]:
    return Hold.objects.filter(lifted_at=None, scopes__contains=[HoldScope.SEND])


def _keep(holds: Iterable[Hold]) -> None:
    for hold in holds:
        try:
            entries.hold(actor=SYSTEM, selection=_selection(hold), reason=HELD + hold.kind)
        except NotFound:  # nothing of it is queued
            continue


def _selection(hold: Hold, *, held: str | None = None) -> Selection:
    return Selection(
        reseller=hold.reseller_id,
        from_domain=hold.name if hold.object_kind == HoldOn.DOMAIN else None,
        login=hold.name if hold.object_kind == HoldOn.MAILBOX else None,
        held=held,
    )
