"""Handlers of what the delivery plane tells about people's mail."""

from kernel.outbox import Envelope
from tenants.resellers import services as resellers


def warn_of_limit(event: Envelope) -> None:
    """`mailbox.limit_reached` {address, limit, day, …}: the password may be stolen."""
    resellers.warn_of_limit(reseller_id=event.reseller_id, address=str(event.data["address"]))
