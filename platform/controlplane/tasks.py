"""The tasks of what joins the capabilities: the dispatcher, and mail facts for webhooks."""

from celery import shared_task

from controlplane import dispatch, webhook_events


@shared_task(name="controlplane.dispatch_outbox", queue="events")
def dispatch_outbox(**_: object) -> None:
    """Hand due outbox events to their handlers."""
    dispatch.dispatch_due()


@shared_task(name="controlplane.queue_mail_webhooks", queue="events")
def queue_mail_webhooks(**_: object) -> None:
    """Queue new mail facts for the webhooks that ask for them."""
    webhook_events.queue_mail_facts()
