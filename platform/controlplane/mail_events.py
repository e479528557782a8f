"""Handlers of what is told about people's mail and mailboxes."""

from functools import partial

from django.db import transaction

from kernel.outbox import Envelope
from kernel.tasks import SCHEMA_HEADER
from kernel.tenancy import PUBLIC, current_schema
from mailcore.delivery.tasks import judge_streams
from mailcore.mailboxes.tasks import mail_links_of
from tenants.resellers import services as resellers


def warn_of_limit(event: Envelope) -> None:
    """`mailbox.limit_reached` {address, limit, day, …}: the password may be stolen."""
    resellers.warn_of_limit(reseller_id=event.reseller_id, address=str(event.data["address"]))


def mail_links(_: Envelope) -> None:
    """`mailbox.invited`, `mailbox.restored`: who waits for a link to choose a password gets it."""
    transaction.on_commit(partial(mail_links_of, current_schema()), robust=True)


def release_now(_: Envelope) -> None:
    """`stream.resumed`: what was held leaves now."""
    # Only a wake-up: should it be lost, beat comes by every minute.
    transaction.on_commit(_wake, robust=True)


def _wake() -> None:
    judge_streams.apply_async(
        headers={SCHEMA_HEADER: PUBLIC}, queue="control", expires=60, retry=False
    )
