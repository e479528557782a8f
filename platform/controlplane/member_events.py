"""Handlers of what is done with members."""

from kernel.outbox import Envelope
from tenants.accounts import selectors as accounts
from tenants.resellers import services as resellers


def follow_owners(event: Envelope) -> None:
    """`member.changed` and `member.removed` {email, …}: notices go to somebody who is an owner."""
    resellers.follow_owners(
        reseller_id=event.reseller_id,
        left=str(event.data["email"]),
        addresses=accounts.list_owners(),
    )
