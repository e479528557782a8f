"""What is held because its stream stands still."""

from uuid import UUID

from kernel.actor import Actor
from kernel.errors import NotFound
from mailcore.delivery.operating.selection import Selection
from mailcore.delivery.operating.services import entries

#: How acceptance and the engine begin the reason of what they hold for a pause.
HELD = "stream paused: "


def release(actor: Actor, reseller_id: UUID, stream: str) -> int:
    """Back into the queue, in slices; how many recipients. As operator or worker."""
    selection = Selection(reseller=reseller_id, stream=stream, held=HELD)
    try:
        return entries.release(actor=actor, selection=selection).changed
    except NotFound:  # nothing was held
        return 0
