"""Periodic work of sign-up."""

from celery import shared_task

from tenants.resellers import services


@shared_task(name="tenants.forget_expired_sign_ups", queue="control")
def forget_expired_sign_ups(**_: object) -> None:
    """Delete sign-ups that nobody confirmed."""
    services.forget_expired_sign_ups()
