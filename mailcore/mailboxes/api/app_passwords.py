"""`/api/v1/mailboxes/{mailbox_id}/app-passwords`."""

from uuid import UUID

from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response

from kernel import ids
from kernel.actor import authorise
from kernel.rest.idempotency import ToldOnce
from kernel.rest.openapi import Page, operation
from kernel.rest.paging import page
from kernel.rest.views import ApiView, CommandView, actor_of
from mailcore.mailboxes import errors, selectors, services
from mailcore.mailboxes.api.app_password_shapes import (
    AppPasswordMade,
    AppPasswordShown,
    NewAppPassword,
    show,
)


def _mailbox(mailbox_id: str) -> UUID:
    return ids.from_public("mbx", mailbox_id)


class AppPasswords(CommandView):
    """List and create."""

    keeps_domain = True

    @operation("app_passwords.list", right="mailboxes.read", answers={200: Page[AppPasswordShown]})
    def get(self, request: Request, mailbox_id: str) -> Response:
        """List the app passwords of a mailbox."""
        actor = actor_of(request)
        authorise(actor, "mailboxes.read")
        mailbox = selectors.get_seen(_mailbox(mailbox_id), actor=actor)
        return page(request, selectors.list_app_passwords(mailbox.public_id), show=show)

    @operation(
        "app_passwords.create",
        right="mailboxes.write",
        takes=NewAppPassword,
        answers={201: AppPasswordMade},
        problems=[errors.TooManyAppPasswords],
    )
    def perform(self, request: Request, **parts: object) -> Response:
        """Make a password for one program.

        `secret` is told this one time. `imap` opens ManageSieve too.
        """
        body = NewAppPassword(data=request.data)
        body.is_valid(raise_exception=True)
        made, secret = services.create_app_password(
            actor=actor_of(request),
            mailbox_id=_mailbox(str(parts["mailbox_id"])),
            **body.validated_data,
        )
        return ToldOnce(show(made), secret=secret, status=201)


class OneAppPassword(ApiView):
    """Delete one."""

    keeps_domain = True

    @operation("app_passwords.delete", right="mailboxes.write", answers={204: None})
    def delete(self, request: Request, mailbox_id: str, app_password_id: str) -> Response:
        """Delete an app password.

        Nobody logs in with it any more; a session that is open goes on until it ends.
        """
        services.delete_app_password(
            actor=actor_of(request),
            mailbox_id=_mailbox(mailbox_id),
            app_password_id=ids.from_public("asp", app_password_id),
        )
        return Response(status=204)


_BASE = "mailboxes/<str:mailbox_id>/app-passwords"
urlpatterns = [
    path(_BASE, AppPasswords.as_view(), name="api-app-passwords"),
    path(f"{_BASE}/<str:app_password_id>", OneAppPassword.as_view(), name="api-app-password"),
]
