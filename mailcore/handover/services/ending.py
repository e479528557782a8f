"""An offer that comes to nothing: withdrawn, declined, or too old."""

from uuid import UUID

from django.db import connection, transaction

from kernel import clock
from kernel.actor import SYSTEM, Actor
from kernel.errors import NotFound
from kernel.tenancy import current_reseller_id, in_reseller
from mailcore.directory.models import HandOver
from mailcore.directory.states import HandOverState
from mailcore.handover import selectors
from mailcore.handover.errors import HandOverEnded
from mailcore.handover.services.offering import require_reseller
from mailcore.handover.services.telling import tell


@transaction.atomic
def withdraw(*, actor: Actor, hand_over_id: UUID) -> HandOver:
    """The giver takes the offer back; raises NotAllowed, NotFound, HandOverEnded."""
    require_reseller(actor)
    found = selectors.get_hand_over(hand_over_id)
    if found.reseller_id != current_reseller_id():
        raise NotFound
    return _end(found, HandOverState.WITHDRAWN, actor=actor)


@transaction.atomic
def decline(*, actor: Actor, hand_over_id: UUID) -> HandOver:
    """Who is offered a domain does not want it; raises NotAllowed, NotFound, HandOverEnded."""
    require_reseller(actor)
    found = selectors.get_received(hand_over_id)
    with connection.cursor() as cursor:
        cursor.execute("SELECT sec.decline_hand_over(%s, %s)", [hand_over_id, clock.now()])
        (done,) = cursor.fetchone() or (None,)
    if done is None:
        raise HandOverEnded
    found.refresh_from_db()
    tell("hand_over.declined", found, actor=actor)
    return found


def expire_due() -> int:
    """End offers whose time is over, of all resellers; how many. As role worker."""
    due = HandOver.objects.filter(state=HandOverState.OFFERED, expires_at__lte=clock.now())
    ended = 0
    for found in due:
        with in_reseller(found.reseller_id), transaction.atomic():
            ended += _ended_now(found, HandOverState.EXPIRED)
            if found.state == HandOverState.EXPIRED:
                tell("hand_over.expired", found, actor=SYSTEM)
    return ended


def _end(found: HandOver, state: HandOverState, *, actor: Actor) -> HandOver:
    if not _ended_now(found, state):
        raise HandOverEnded
    tell(f"hand_over.{state}", found, actor=actor)
    return found


def _ended_now(found: HandOver, state: HandOverState) -> int:
    """1 when it stood until now: of two who end it one does."""
    now = clock.now()
    rows = HandOver.objects.filter(pk=found.pk, state=HandOverState.OFFERED)
    done = rows.update(state=state, ended_at=now)
    if done:
        found.state, found.ended_at = state, now
    return done
