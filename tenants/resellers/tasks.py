"""Periodic work of sign-up and of names that resellers bring."""

from celery import shared_task

from tenants.resellers import services


@shared_task(name="tenants.forget_expired_sign_ups", queue="control")
def forget_expired_sign_ups(**_: object) -> None:
    """Delete sign-ups that nobody confirmed, and counts of invitations that are over."""
    services.forget_expired_sign_ups()
    services.forget_invitations()


@shared_task(name="tenants.prove_mail_hosts", queue="control")
def prove_mail_hosts(**_: object) -> None:
    """Look whether names of resellers' own lead to their mail hosts."""
    services.prove_mail_hosts()
