"""A reseller's mailboxes: list, create, read, suspend, resume."""

from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response

from kernel import ids
from kernel.actor import authorise
from kernel.rest import listing
from kernel.rest.listing import Listing
from kernel.rest.openapi import Page, operation
from kernel.rest.paging import page
from kernel.rest.views import ApiView, CommandView, actor_of
from mailcore.directory.states import LoginState
from mailcore.domains.errors import DomainNotVerified
from mailcore.mailboxes import errors, selectors, services
from mailcore.mailboxes.api.shapes import MailboxShown, NewMailbox, show
from tenants.plans.errors import LimitReached, NoPlan

LISTING = Listing(
    filters={
        "domain": listing.reference("dom", "domain__public_id", says="of this domain"),
        "address": listing.text("address", says="this address"),
        "address_prefix": listing.text("address__startswith", says="how the address begins"),
        "state": listing.choice("state", LoginState.values, says="where it stands"),
        "organisation": listing.reference("org", "domain__organisation_id", says="whose it is"),
        "created_after": listing.instant("created_at__gt", says="made after this time"),
        "created_before": listing.instant("created_at__lt", says="made before this time"),
    },
    sorts={"address": "address"},
)


class Mailboxes(CommandView):
    """List and create."""

    keeps_domain = True

    @operation(
        "mailboxes.list",
        right="mailboxes.read",
        answers={200: Page[MailboxShown]},
        query=LISTING,
    )
    def get(self, request: Request) -> Response:
        """List the mailboxes that the key sees."""
        actor = actor_of(request)
        authorise(actor, "mailboxes.read")
        return page(request, selectors.list_seen(actor), show=show, listing=LISTING)

    @operation(
        "mailboxes.create",
        right="mailboxes.write",
        takes=NewMailbox,
        answers={201: MailboxShown},
        problems=[
            errors.MailboxExists,
            errors.InvalidLocalPart,
            errors.WeakPassword,
            DomainNotVerified,
            LimitReached,
            NoPlan,
        ],
    )
    def perform(self, request: Request, **_: object) -> Response:
        """Create a mailbox."""
        body = NewMailbox(data=request.data)
        body.is_valid(raise_exception=True)
        given = dict(body.validated_data)
        mailbox = services.create_mailbox(
            actor=actor_of(request), domain_id=given.pop("domain"), **given
        )
        return Response(show(mailbox), status=201)


class OneMailbox(ApiView):
    """Read one."""

    keeps_domain = True

    @operation("mailboxes.get", right="mailboxes.read", answers={200: MailboxShown})
    def get(self, request: Request, mailbox_id: str) -> Response:
        """Read a mailbox."""
        actor = actor_of(request)
        authorise(actor, "mailboxes.read")
        mailbox = selectors.get_seen(ids.from_public("mbx", mailbox_id), actor=actor)
        return Response(show(mailbox))


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


urlpatterns = [
    path("mailboxes", Mailboxes.as_view(), name="api-mailboxes"),
    path("mailboxes/<str:mailbox_id>", OneMailbox.as_view(), name="api-mailbox"),
    path("mailboxes/<str:mailbox_id>/suspend", Suspend.as_view(), name="api-mailbox-suspend"),
    path("mailboxes/<str:mailbox_id>/resume", Resume.as_view(), name="api-mailbox-resume"),
]
