"""`/api/v1/aliases`."""

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
from mailcore.domains.errors import DomainNotVerified
from mailcore.mailboxes import errors, selectors, services
from mailcore.mailboxes.api.alias_shapes import AliasChange, AliasShown, NewAlias, show
from tenants.plans.errors import LimitReached, NoPlan

LISTING = Listing(
    filters={
        "domain": listing.reference("dom", "domain__public_id", says="of this domain"),
        "address": listing.text("address", says="this address"),
        "organisation": listing.reference("org", "domain__organisation_id", says="whose it is"),
        "created_after": listing.instant("created_at__gt", says="made after this time"),
        "created_before": listing.instant("created_at__lt", says="made before this time"),
    },
    sorts={"address": "address"},
)
_TARGETS = [errors.InvalidTarget, errors.AliasLoop]


class Aliases(CommandView):
    """List and create."""

    keeps_domain = True

    @operation(
        "aliases.list", right="mailboxes.read", answers={200: Page[AliasShown]}, query=LISTING
    )
    def get(self, request: Request) -> Response:
        """List the aliases that the key sees."""
        actor = actor_of(request)
        authorise(actor, "mailboxes.read")
        return page(request, selectors.list_seen_aliases(actor), show=show, listing=LISTING)

    @operation(
        "aliases.create",
        right="mailboxes.write",
        takes=NewAlias,
        answers={201: AliasShown},
        found_at="aliases/{id}",
        problems=[
            errors.AliasExists,
            errors.InvalidLocalPart,
            *_TARGETS,
            DomainNotVerified,
            LimitReached,
            NoPlan,
        ],
    )
    def perform(self, request: Request, **_: object) -> Response:
        """Create an alias.

        It leads to 1 to 100 mailboxes of the same organisation. With the local part `*` it takes
        what no other address of the domain does.
        """
        body = NewAlias(data=request.data)
        body.is_valid(raise_exception=True)
        given = dict(body.validated_data)
        alias = services.create_alias(
            actor=actor_of(request), domain_id=given.pop("domain"), **given
        )
        return Response(show(alias), status=201)


class OneAlias(ApiView):
    """Read, change and delete one."""

    keeps_domain = True

    @operation("aliases.get", right="mailboxes.read", answers={200: AliasShown})
    def get(self, request: Request, alias_id: str) -> Response:
        """Read an alias."""
        actor = actor_of(request)
        authorise(actor, "mailboxes.read")
        found = selectors.get_seen_alias(ids.from_public("als", alias_id), actor=actor)
        return Response(show(found))

    @operation(
        "aliases.update",
        right="mailboxes.write",
        takes=AliasChange,
        answers={200: AliasShown},
        problems=[*_TARGETS, DomainNotVerified],
    )
    def patch(self, request: Request, alias_id: str) -> Response:
        """Change where an alias leads."""
        body = AliasChange(data=request.data)
        body.is_valid(raise_exception=True)
        changed = services.change_alias(
            actor=actor_of(request),
            alias_id=ids.from_public("als", alias_id),
            **body.validated_data,
        )
        return Response(show(changed))

    @operation("aliases.delete", right="mailboxes.write", answers={204: None})
    def delete(self, request: Request, alias_id: str) -> Response:
        """Delete an alias.

        Mail to it is refused from now on.
        """
        services.delete_alias(actor=actor_of(request), alias_id=ids.from_public("als", alias_id))
        return Response(status=204)


urlpatterns = [
    path("aliases", Aliases.as_view(), name="api-aliases"),
    path("aliases/<str:alias_id>", OneAlias.as_view(), name="api-alias"),
]
