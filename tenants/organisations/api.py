"""`/api/v1/organisations` and `/api/v1/me`."""

from django.urls import path
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from kernel import ids
from kernel.actor import authorise
from kernel.rest import listing
from kernel.rest.listing import Listing
from kernel.rest.paging import page
from kernel.rest.serializers import Body
from kernel.rest.views import ApiView, CommandView, actor_of
from tenants.organisations import selectors, services
from tenants.organisations.authentication import KeyHolder
from tenants.organisations.models import Organisation


class NewOrganisation(Body):
    """What a client needs to exist."""

    name = serializers.CharField(max_length=100)


def show(organisation: Organisation) -> dict[str, object]:
    """An organisation as JSON."""
    return {
        "id": organisation.reference,
        "name": organisation.name,
        "created_at": organisation.created_at,
    }


LISTING = Listing(
    filters={
        "name": listing.text("name__iexact", says="this name"),
        "name_contains": listing.text("name__icontains", says="a part of the name"),
        "created_after": listing.instant("created_at__gt", says="made after this time"),
        "created_before": listing.instant("created_at__lt", says="made before this time"),
    },
    sorts={"name": "name"},
)


class Organisations(CommandView):
    """List and create."""

    def get(self, request: Request) -> Response:
        """The organisations that the key sees."""
        actor = actor_of(request)
        authorise(actor, "organisations.read")
        rows = selectors.list_organisations(organisation_id=actor.organisation)
        return page(request, rows, show=show, listing=LISTING)

    def perform(self, request: Request, **_: object) -> Response:
        """201 with the new organisation."""
        body = NewOrganisation(data=request.data)
        body.is_valid(raise_exception=True)
        made = services.create_organisation(actor=actor_of(request), **body.validated_data)
        return Response(show(made), status=201)


class OneOrganisation(ApiView):
    """Read one."""

    def get(self, request: Request, organisation_id: str) -> Response:
        """200, or 404 for what the key does not see."""
        actor = actor_of(request)
        authorise(actor, "organisations.read")
        found = selectors.get_organisation(
            ids.from_public("org", organisation_id), organisation=actor.organisation
        )
        return Response(show(found))


class Me(ApiView):
    """Whose key this is."""

    keeps_domain = True

    def get(self, request: Request) -> Response:
        """The key and what it may do."""
        actor = actor_of(request)
        assert isinstance(request.user, KeyHolder)
        key = request.user.key
        return Response(
            {
                "key": {
                    "id": key.reference,
                    "name": key.name,
                    "created_at": key.created_at,
                    "expires_at": key.expires_at,
                },
                "scopes": sorted(actor.scopes),
                "organisation": key.organisation.reference if key.organisation else None,
            }
        )


urlpatterns = [
    path("me", Me.as_view(), name="api-me"),
    path("organisations", Organisations.as_view(), name="api-organisations"),
    path(
        "organisations/<str:organisation_id>",
        OneOrganisation.as_view(),
        name="api-organisation",
    ),
]
