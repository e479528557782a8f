"""Django's mail goes through our own delivery plane, in the caller's transaction."""

from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from mailcore.delivery.services import send_system_mail


class DeliveryBackend(BaseEmailBackend):
    """`EMAIL_BACKEND`: whoever sends mail needs no connection, only the database."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Accept each; how many. An error is raised even with `fail_silently`."""
        for message in email_messages:
            send_system_mail(message)
        return len(email_messages)
