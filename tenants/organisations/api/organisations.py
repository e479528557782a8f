"""A reseller's clients: list, create, read, change."""

from datetime import datetime
from typing import Annotated, TypedDict

from django.urls import path
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from kernel import ids
from kernel.actor import authorise
from kernel.rest import listing
from kernel.rest.listing import Listing
from kernel.rest.openapi import Id, Page, operation, shape
from kernel.rest.paging import page
from kernel.rest.serializers import Body
from kernel.rest.views import ApiView, CommandView, actor_of
from tenants.organisations import selectors, services
from tenants.organisations.errors import NameOfReseller
from tenants.organisations.models import Organisation
from tenants.plans.errors import LimitReached, NoPlan
from tenants.resellers.errors import InvalidEmail


class NewOrganisation(Body):
    """What a client needs to exist."""

    name = serializers.CharField(max_length=100)
    contact_email = serializers.CharField(max_length=320, allow_blank=True, default="")
    example = {"name": "Bakery", "contact_email": "it@bakery.example"}


class OrganisationChange(Body):
    """What is given is changed; an empty address takes the contact away."""

    name = serializers.CharField(max_length=100, required=False)
    contact_email = serializers.CharField(max_length=320, allow_blank=True, required=False)
    example = {"contact_email": "it@bakery.example"}


@shape(
    example={
        "id": "org_01k8z0v7q2m4n6p8r0s2t4v6w8",
        "name": "Bakery",
        "contact_email": "it@bakery.example",
        "created_at": "2026-03-01T09:15:00Z",
    }
)
class OrganisationShown(TypedDict):
    """A client of the reseller; the contact, '' without one, is mailed when its DNS breaks."""

    id: Annotated[str, Id("org")]
    name: str
    contact_email: str
    created_at: datetime


def show(organisation: Organisation) -> OrganisationShown:
    """An organisation as JSON."""
    return {
        "id": organisation.reference,
        "name": organisation.name,
        "contact_email": organisation.contact_email,
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

    @operation(
        "organisations.list",
        right="organisations.read",
        answers={200: Page[OrganisationShown]},
        query=LISTING,
    )
    def get(self, request: Request) -> Response:
        """List the organisations that the key sees."""
        actor = actor_of(request)
        authorise(actor, "organisations.read")
        rows = selectors.list_organisations(organisation_id=actor.organisation)
        return page(request, rows, show=show, listing=LISTING)

    @operation(
        "organisations.create",
        right="organisations.write",
        takes=NewOrganisation,
        answers={201: OrganisationShown},
        found_at="organisations/{id}",
        problems=[InvalidEmail, LimitReached, NoPlan],
    )
    def perform(self, request: Request, **_: object) -> Response:
        """Create an organisation."""
        body = NewOrganisation(data=request.data)
        body.is_valid(raise_exception=True)
        made = services.create_organisation(actor=actor_of(request), **body.validated_data)
        return Response(show(made), status=201)


class OneOrganisation(ApiView):
    """Read and change one."""

    @operation("organisations.get", right="organisations.read", answers={200: OrganisationShown})
    def get(self, request: Request, organisation_id: str) -> Response:
        """Read an organisation."""
        actor = actor_of(request)
        authorise(actor, "organisations.read")
        found = selectors.get_organisation(
            ids.from_public("org", organisation_id), organisation=actor.organisation
        )
        return Response(show(found))

    @operation(
        "organisations.update",
        right="organisations.write",
        takes=OrganisationChange,
        answers={200: OrganisationShown},
        problems=[InvalidEmail, NameOfReseller],
    )
    def patch(self, request: Request, organisation_id: str) -> Response:
        """Change an organisation's name or contact.

        Its name is the reseller's: a key of the organisation itself changes the contact only.
        """
        body = OrganisationChange(data=request.data)
        body.is_valid(raise_exception=True)
        changed = services.change_organisation(
            actor=actor_of(request),
            organisation_id=ids.from_public("org", organisation_id),
            **body.validated_data,
        )
        return Response(show(changed))


urlpatterns = [
    path("organisations", Organisations.as_view(), name="api-organisations"),
    path(
        "organisations/<str:organisation_id>",
        OneOrganisation.as_view(),
        name="api-organisation",
    ),
]
