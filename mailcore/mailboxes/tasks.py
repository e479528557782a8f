"""Sampling of mailbox-days: beat wakes one task, which wakes one per reseller."""

from datetime import timedelta

from celery import shared_task

from kernel import clock
from kernel.tasks import SCHEMA_HEADER
from mailcore.mailboxes import sampling
from tenants.resellers import selectors as resellers
from tenants.resellers.states import ResellerState


@shared_task(name="mailcore.sample_mailbox_days", queue="control")
def sample_mailbox_days(**_: object) -> None:
    """Ask every reseller's mailboxes; runs in schema public."""
    ready = resellers.list_resellers().exclude(state=ResellerState.PENDING)
    for schema in ready.values_list("schema_name", flat=True):
        sample_reseller.apply_async(headers={SCHEMA_HEADER: schema})


@shared_task(name="mailcore.sample_mailbox_days_of_reseller", queue="control")
def sample_reseller(**_: object) -> None:
    """Tell today's mailboxes, and yesterday's: a stack that stood still at night loses no day."""
    today = clock.now().date()
    for on in (today - timedelta(days=1), today):
        sampling.publish_mailbox_days(on=on)
