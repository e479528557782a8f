"""`/api/v1/mailboxes`."""

from django.urls import path
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from kernel import ids
from kernel.actor import authorise
from kernel.rest import listing
from kernel.rest.listing import Listing
from kernel.rest.paging import page
from kernel.rest.serializers import Body, Reference
from kernel.rest.views import ApiView, CommandView, actor_of
from mailcore.directory.states import LoginState
from mailcore.mailboxes import selectors, services
from mailcore.mailboxes.models import Mailbox


class NewMailbox(Body):
    """Domain, local part and the owner's first password."""

    domain = Reference("dom")
    local_part = serializers.CharField(max_length=100)
    password = serializers.CharField(max_length=1000, trim_whitespace=False)
    display_name = serializers.CharField(max_length=100, allow_blank=True, default="")


def show(mailbox: Mailbox) -> dict[str, object]:
    """A mailbox as JSON."""
    return {
        "id": mailbox.reference,
        "address": mailbox.address,
        "domain": mailbox.domain.reference,
        "display_name": mailbox.display_name,
        "state": mailbox.state,
        "created_at": mailbox.created_at,
    }


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

    def get(self, request: Request) -> Response:
        """The mailboxes that the key sees."""
        actor = actor_of(request)
        authorise(actor, "mailboxes.read")
        return page(request, selectors.list_seen(actor), show=show, listing=LISTING)

    def perform(self, request: Request, **_: object) -> Response:
        """201 with the new mailbox."""
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

    def get(self, request: Request, mailbox_id: str) -> Response:
        """200, or 404 for what the key does not see."""
        actor = actor_of(request)
        authorise(actor, "mailboxes.read")
        mailbox = selectors.get_seen(ids.from_public("mbx", mailbox_id), actor=actor)
        return Response(show(mailbox))


class Suspend(CommandView):
    """Keep the owner out; mail still arrives."""

    keeps_domain = True

    def perform(self, request: Request, **parts: object) -> Response:
        """200 with the mailbox."""
        mailbox_id = ids.from_public("mbx", str(parts["mailbox_id"]))
        return Response(
            show(services.suspend_mailbox(actor=actor_of(request), mailbox_id=mailbox_id))
        )


class Resume(CommandView):
    """Let the owner in again."""

    keeps_domain = True

    def perform(self, request: Request, **parts: object) -> Response:
        """200 with the mailbox."""
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
