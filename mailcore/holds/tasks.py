"""Holds end by themselves."""

from celery import shared_task

from mailcore.holds import services


@shared_task(name="mailcore.lift_due_holds", queue="control")
def lift_due_holds() -> None:
    """Lift those whose time is over; runs in schema public."""
    services.lift_due()
