"""Place holds and lift them: each side its own. What they hold is effective with the commit."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from kernel import clock
from kernel.actor import SYSTEM, Actor, ActorKind, authorise
from kernel.errors import NotAllowed
from kernel.outbox import audit, publish
from kernel.tenancy import in_reseller
from mailcore.directory.models import Hold
from mailcore.directory.states import HoldOn, HoldSide
from mailcore.holds import selectors, values
from mailcore.holds.errors import HoldInvalid, HoldOfOperator, HoldOfReseller, HoldStands
from mailcore.holds.objects import Object, get_object
from tenants.resellers import selectors as resellers

READ, WRITE = "holds.read", "holds.write"


@transaction.atomic
def place_hold(
    *,
    actor: Actor,
    reseller_id: UUID,
    on: HoldOn,
    object_id: UUID,
    kind: str,
    scopes: Sequence[str],
    reason: str,
    until: datetime | None = None,
) -> Hold:
    """Hold a domain or a mailbox of the reseller, or (the operator alone) all of it.

    A legal hold always keeps from deleting. Raises NotAllowed, NotFound, HoldInvalid, HoldStands.
    """
    _authorise(actor)
    side = _side_of(actor)
    found = _object(actor, reseller_id, on, object_id)
    hold = Hold(
        reseller_id=reseller_id,
        object_kind=found.kind,
        object_id=found.id,
        name=found.name,
        kind=values.kind_of(kind, side),
        scopes=values.scopes_of(kind, scopes),
        side=side,
        reason=values.reason_of(reason),
        ends_at=values.until_of(until),
    )
    try:
        with transaction.atomic():
            hold.save(force_insert=True)
    except IntegrityError as error:
        raise HoldStands from error
    _tell("hold.placed", hold, actor)
    return hold


@transaction.atomic
def lift_hold(*, actor: Actor, hold_id: UUID) -> Hold:
    """End a hold of the caller's side; what others hold stays.

    Raises NotAllowed, NotFound (also of one that was lifted), HoldOfOperator, HoldOfReseller.
    """
    _authorise(actor)
    hold = selectors.get_seen(hold_id, actor=actor)
    if hold.side != _side_of(actor):
        raise HoldOfOperator if hold.side == HoldSide.OPERATOR else HoldOfReseller
    _lift(hold, actor)
    return hold


def lift_due() -> int:
    """End the holds whose time is over; how many. As role worker, in schema public."""
    due = Hold.objects.filter(lifted_at=None, ends_at__lte=clock.now())
    return sum(_lift(hold, SYSTEM) for hold in due)


@transaction.atomic
def _lift(hold: Hold, actor: Actor) -> bool:
    hold.lifted_at = clock.now()
    standing = Hold.objects.filter(pk=hold.pk, lifted_at=None)
    # The condition makes a repeat silent: one change, one event.
    is_new = bool(standing.update(lifted_at=hold.lifted_at))
    if is_new:
        _tell("hold.lifted", hold, actor)
    return is_new


def _authorise(actor: Actor) -> None:
    authorise(actor, WRITE)
    # A reseller's hold may be on this very client: whoever belongs to one is not the reseller's side.
    if actor.organisation is not None or actor.domain is not None:
        raise NotAllowed("Holds are placed and lifted for the whole reseller.")


def _side_of(actor: Actor) -> HoldSide:
    ours = actor.kind in {ActorKind.OPERATOR, ActorKind.SYSTEM}
    return HoldSide.OPERATOR if ours else HoldSide.RESELLER


def _object(actor: Actor, reseller_id: UUID, on: HoldOn, object_id: UUID) -> Object:
    if _side_of(actor) is HoldSide.OPERATOR:
        reseller = resellers.get_reseller(reseller_id)
        if on is HoldOn.RESELLER and object_id != reseller_id:
            raise HoldInvalid("This is another reseller.", field="object")
        if on is HoldOn.RESELLER:
            return Object(kind=on, id=reseller.public_id, name=reseller.name)
    elif on is HoldOn.RESELLER:
        raise HoldInvalid("Hold a domain or a mailbox.", field="object")
    with in_reseller(reseller_id):
        return get_object(on, object_id, actor=actor)


def _tell(event: str, hold: Hold, actor: Actor) -> None:
    data: dict[str, object] = {
        "on": str(hold.object_kind),
        "name": hold.name,
        "kind": str(hold.kind),
        "scopes": hold.scopes,
        "by": str(hold.side),
        "reason": hold.reason,
        "until": hold.ends_at.isoformat() if hold.ends_at else None,
    }
    with in_reseller(hold.reseller_id):  # it stands in the reseller's own log
        audit(event, subject=hold.reference, actor=actor, data=data)
        told = {"hold_id": str(hold.public_id), "object_id": str(hold.object_id), **data}
        publish(event, subject=hold.reference, actor=actor, data=told)
