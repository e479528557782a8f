"""Offers end by themselves."""

from celery import shared_task

from mailcore.handover import services


@shared_task(name="mailcore.expire_hand_overs")
def expire_hand_overs(**_: object) -> None:
    """End offers whose time is over; runs in schema public."""
    services.expire_due()
