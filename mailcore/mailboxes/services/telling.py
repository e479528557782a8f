"""Tell what was done to a mailbox."""

from kernel import clock
from kernel.actor import Actor
from kernel.outbox import audit, publish
from mailcore.mailboxes.models import Mailbox


def tell(*events: str, mailbox: Mailbox, actor: Actor) -> None:
    """Write the audit row and the event of each, in the caller's transaction."""
    audit(*events, subject=mailbox.reference, actor=actor, data={"address": mailbox.address})
    publish(
        *events,
        subject=mailbox.reference,
        data={
            "mailbox_id": str(mailbox.public_id),
            "organisation_id": str(mailbox.domain.organisation_id),
            "address": mailbox.address,
            "on": clock.now().date().isoformat(),
        },
        actor=actor,
    )
