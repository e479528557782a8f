"""Both sides have it in their audit log and their events."""

from uuid import UUID

from kernel.actor import SYSTEM, Actor
from kernel.outbox import audit, publish
from kernel.tenancy import current_reseller_id, in_reseller
from mailcore.directory.models import HandOver


def tell(event: str, offer: HandOver, *, actor: Actor) -> None:
    """Write it down for giver and taker, in the caller's transaction; who did it stays with whose they are."""
    mine = current_reseller_id()
    for side, reseller_id in (("given", offer.reseller_id), ("received", offer.to_reseller_id)):
        if reseller_id is not None:
            with in_reseller(reseller_id):
                _write(event, offer, side=side, actor=actor if reseller_id == mine else SYSTEM)


def _write(event: str, offer: HandOver, *, side: str, actor: Actor) -> None:
    shown: dict[str, object] = {"name": offer.domain, "side": side, "state": offer.state}
    audit(event, subject=offer.reference, actor=actor, data=shown)
    ids: dict[str, UUID] = {"hand_over_id": offer.public_id, "domain_id": offer.domain_id}
    publish(
        event,
        subject=offer.reference,
        data={**shown, **{name: str(value) for name, value in ids.items()}},
        actor=actor,
    )
