"""The dispatcher's task."""

from celery import shared_task

from controlplane import dispatch


@shared_task(name="controlplane.dispatch_outbox", queue="events")
def dispatch_outbox(**_: object) -> None:
    """Hand due outbox events to their handlers."""
    dispatch.dispatch_due()
