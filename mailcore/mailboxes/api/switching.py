"""Mailboxes switched off and on: suspended, resumed, invited to, restored."""

from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response

from kernel import ids
from kernel.rest.openapi import operation
from kernel.rest.views import CommandView, actor_of
from mailcore.domains.errors import DomainNotVerified
from mailcore.mailboxes import errors, services
from mailcore.mailboxes.api.shapes import Invitation, MailboxShown, show
from tenants.plans.errors import LimitReached, NoPlan
from tenants.resellers.errors import InvalidEmail


class Suspend(CommandView):
    """Keep the owner out; mail still arrives."""

    keeps_domain = True

    @operation("mailboxes.suspend", right="mailboxes.write", answers={200: MailboxShown})
    def perform(self, request: Request, **parts: object) -> Response:
        """Keep a mailbox's owner out.

        Mail still arrives.
        """
        mailbox_id = ids.from_public("mbx", str(parts["mailbox_id"]))
        return Response(
            show(services.suspend_mailbox(actor=actor_of(request), mailbox_id=mailbox_id))
        )


class Resume(CommandView):
    """Let the owner in again."""

    keeps_domain = True

    @operation("mailboxes.resume", right="mailboxes.write", answers={200: MailboxShown})
    def perform(self, request: Request, **parts: object) -> Response:
        """Let a mailbox's owner in again."""
        mailbox_id = ids.from_public("mbx", str(parts["mailbox_id"]))
        return Response(
            show(services.resume_mailbox(actor=actor_of(request), mailbox_id=mailbox_id))
        )


class InviteAgain(CommandView):
    """A new link."""

    keeps_domain = True

    @operation(
        "mailboxes.invite",
        right="mailboxes.write",
        takes=Invitation,
        answers={200: MailboxShown},
        problems=[
            errors.NotInvited,
            errors.InvitedLately,
            errors.TooManyInvitations,
            InvalidEmail,
        ],
    )
    def perform(self, request: Request, **parts: object) -> Response:
        """Send the link to a mailbox without a password again.

        The link that was sent before is dead.
        """
        body = Invitation(data=request.data)
        body.is_valid(raise_exception=True)
        mailbox = services.invite_again(
            actor=actor_of(request),
            mailbox_id=ids.from_public("mbx", str(parts["mailbox_id"])),
            **body.validated_data,
        )
        return Response(show(mailbox))


class Restore(CommandView):
    """Undo a deletion."""

    keeps_domain = True

    @operation(
        "mailboxes.restore",
        right="mailboxes.write",
        answers={200: MailboxShown},
        problems=[DomainNotVerified, LimitReached, NoPlan],
    )
    def perform(self, request: Request, **parts: object) -> Response:
        """Bring a deleted mailbox back, with its mail, within 14 days."""
        mailbox_id = ids.from_public("mbx", str(parts["mailbox_id"]))
        return Response(
            show(services.restore_mailbox(actor=actor_of(request), mailbox_id=mailbox_id))
        )


urlpatterns = [
    path("mailboxes/<str:mailbox_id>/suspend", Suspend.as_view(), name="api-mailbox-suspend"),
    path("mailboxes/<str:mailbox_id>/resume", Resume.as_view(), name="api-mailbox-resume"),
    path("mailboxes/<str:mailbox_id>/invite", InviteAgain.as_view(), name="api-mailbox-invite"),
    path("mailboxes/<str:mailbox_id>/restore", Restore.as_view(), name="api-mailbox-restore"),
]
