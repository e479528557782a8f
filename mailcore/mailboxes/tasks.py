"""Mailbox-days, links of invitations, the end of deleted mailboxes: beat wakes one task, which wakes one per reseller."""

from datetime import timedelta

from celery import shared_task

from kernel import clock
from kernel.tasks import SCHEMA_HEADER
from kernel.tenancy import current_schema
from mailcore.mailboxes import sampling, services
from tenants.resellers import selectors as resellers
from tenants.resellers.states import ResellerState

_TURN = 1.0  # seconds


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


@shared_task(name="mailcore.mail_links", queue="control")
def mail_links(**_: object) -> None:
    """Ask every reseller for links that nobody was woken for; runs in schema public."""
    for schema in _schemas():
        mail_links_of(schema)


def mail_links_of(schema: str) -> None:
    """Wake the worker that mails this reseller's links; should it be lost, beat comes by."""
    mail_links_of_reseller.apply_async(headers={SCHEMA_HEADER: schema}, retry=False)


@shared_task(name="mailcore.mail_links_of_reseller", queue="events")
def mail_links_of_reseller(**_: object) -> None:
    """Mail those that are waited for; who has many of them takes turns with others' events."""
    if services.mail_links(seconds=_TURN):
        mail_links_of(current_schema())


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
