"""The tasks of what joins the capabilities: the dispatcher, and mail facts for webhooks."""

from celery import shared_task

from controlplane import dispatch, hold_events, job_kinds, webhook_events
from tenants.jobs import services as jobs


@shared_task(name="controlplane.dispatch_outbox", queue="events")
def dispatch_outbox(**_: object) -> None:
    """Hand due outbox events to their handlers."""
    dispatch.dispatch_due()


@shared_task(name="controlplane.run_jobs", queue="control")
def run_jobs(**_: object) -> None:
    """Go on with the job whose turn it is, for some seconds."""
    jobs.run_slice(kinds=job_kinds.KINDS, revive=job_kinds.revive)


@shared_task(name="controlplane.forget_jobs", queue="control")
def forget_jobs(**_: object) -> None:
    """Delete what ended a week ago."""
    jobs.forget_jobs()


@shared_task(name="controlplane.queue_mail_webhooks", queue="events")
def queue_mail_webhooks(**_: object) -> None:
    """Queue new mail facts for the webhooks that ask for them."""
    webhook_events.queue_mail_facts()


@shared_task(name="controlplane.release_lifted", queue="control")
def release_lifted() -> None:
    """Let go what the queue keeps for holds that have ended."""
    hold_events.release_lifted()
