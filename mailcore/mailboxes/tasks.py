"""Mailbox-days and the end of deleted mailboxes: beat wakes one task, which wakes one per reseller."""

from datetime import timedelta

from celery import shared_task

from kernel import clock
from kernel.tasks import SCHEMA_HEADER
from mailcore.mailboxes import sampling, services
from tenants.resellers import selectors as resellers
from tenants.resellers.states import ResellerState


@shared_task(name="mailcore.sample_mailbox_days", queue="control")
def sample_mailbox_days(**_: object) -> None:
    """Ask every reseller's mailboxes; runs in schema public."""
    for schema in _schemas():
        sample_reseller.apply_async(headers={SCHEMA_HEADER: schema})


@shared_task(name="mailcore.sample_mailbox_days_of_reseller", queue="control")
def sample_reseller(**_: object) -> None:
    """Tell today's mailboxes, and yesterday's: a stack that stood still at night loses no day."""
    today = clock.now().date()
    for on in (today - timedelta(days=1), today):
        sampling.publish_mailbox_days(on=on)


@shared_task(name="mailcore.purge_mailboxes", queue="control")
def purge_mailboxes(**_: object) -> None:
    """Ask every reseller's deleted mailboxes; runs in schema public."""
    for schema in _schemas():
        purge_of_reseller.apply_async(headers={SCHEMA_HEADER: schema})


@shared_task(name="mailcore.purge_mailboxes_of_reseller", queue="control")
def purge_of_reseller(**_: object) -> None:
    """Give up those whose time is over."""
    services.purge_mailboxes()


def _schemas() -> list[str]:
    ready = resellers.list_resellers().exclude(state=ResellerState.PENDING)
    return list(ready.values_list("schema_name", flat=True))
