"""Webhooks' tasks: each returns within moments."""

from celery import shared_task, signals

from tenants.webhooks import services
from tenants.webhooks.sender.host import HOST


@shared_task(name="tenants.send_webhooks", queue="events")
def send_webhooks(**_: object) -> None:
    """See to it that this process's loop runs; the loop finds what is due."""
    HOST.ensure()


@shared_task(name="tenants.judge_webhooks", queue="control")
def judge_webhooks(**_: object) -> None:
    """Switch off endpoints that failed for long, and keep the log short."""
    services.judge_endpoints()


@shared_task(name="tenants.forget_events", queue="control")
def forget_events(**_: object) -> None:
    """Drop events that are older than they are kept."""
    services.forget_events()


@signals.worker_shutdown.connect
def end(**_: object) -> None:
    """Fires at the end of a worker's warm shutdown."""
    HOST.end()
