"""Who may see the reseller's own costs."""

from uuid import UUID

from kernel.actor import Actor, authorise
from kernel.errors import NotAllowed


def authorise_costs(actor: Actor, action: str) -> UUID:
    """The reseller whose costs this actor may see; raises NotAllowed.

    A key bound to one organisation may not: wholesale prices are between operator and reseller.
    """
    authorise(actor, action)
    if actor.reseller is None or actor.organisation is not None:
        raise NotAllowed("This needs a key of the whole reseller, not of one organisation.")
    return actor.reseller
