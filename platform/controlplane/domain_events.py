"""Handlers of domain events: wake the worker that looks at domains; the schedule says which."""

from django.db import transaction

from kernel.outbox import Envelope
from kernel.tasks import SCHEMA_HEADER
from kernel.tenancy import PUBLIC
from mailcore.domains.tasks import check_due_domains


def look_now(_: Envelope) -> None:
    """`domain.added`, `domain.resumed`, `domain.check_requested`, `domain.dns_update_requested`."""
    # Only a wake-up: should it be lost, beat comes by every two seconds.
    transaction.on_commit(_wake, robust=True)


def _wake() -> None:
    check_due_domains.apply_async(
        headers={SCHEMA_HEADER: PUBLIC}, queue="control", expires=10, retry=False
    )
