"""A reseller's mailboxes: list, create, read, change, delete."""

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
from mailcore.directory.states import OPEN_STATES
from mailcore.domains.errors import DeletingHeld, DomainNotVerified
from mailcore.mailboxes import errors, selectors, services
from mailcore.mailboxes.api.shapes import MailboxChange, MailboxShown, NewMailbox, show
from tenants.plans.errors import LimitReached, NoPlan
from tenants.resellers.errors import InvalidEmail

LISTING = Listing(
    filters={
        "domain": listing.reference("dom", "domain__public_id", says="of this domain"),
        "address": listing.text("address", says="this address"),
        "address_prefix": listing.text("address__startswith", says="how the address begins"),
        "state": listing.choice("state", OPEN_STATES, says="where it stands"),
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
        found_at="mailboxes/{id}",
        problems=[
            errors.MailboxExists,
            errors.InvalidLocalPart,
            errors.WeakPassword,
            errors.TooManyInvitations,
            InvalidEmail,
            DomainNotVerified,
            LimitReached,
            NoPlan,
        ],
    )
    def perform(self, request: Request, **_: object) -> Response:
        """Create a mailbox.

        With `invite` in place of `password`, its owner gets a link there and chooses one; mail
        arrives from the beginning.
        """
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

    @operation(
        "mailboxes.update",
        right="mailboxes.write",
        takes=MailboxChange,
        answers={200: MailboxShown},
        problems=[errors.WeakPassword],
    )
    def patch(self, request: Request, mailbox_id: str) -> Response:
        """Change a mailbox's name, quota or password."""
        body = MailboxChange(data=request.data)
        body.is_valid(raise_exception=True)
        changed = services.change_mailbox(
            actor=actor_of(request),
            mailbox_id=ids.from_public("mbx", mailbox_id),
            **body.validated_data,
        )
        return Response(show(changed))

    @operation(
        "mailboxes.delete",
        right="mailboxes.write",
        answers={204: None},
        problems=[DeletingHeld],
    )
    def delete(self, request: Request, mailbox_id: str) -> Response:
        """Delete a mailbox.

        Nobody logs in and mail to it is refused. For 14 days it can be restored, and the address
        is kept.
        """
        services.delete_mailbox(
            actor=actor_of(request), mailbox_id=ids.from_public("mbx", mailbox_id)
        )
        return Response(status=204)


urlpatterns = [
    path("mailboxes", Mailboxes.as_view(), name="api-mailboxes"),
    path("mailboxes/<str:mailbox_id>", OneMailbox.as_view(), name="api-mailbox"),
]
