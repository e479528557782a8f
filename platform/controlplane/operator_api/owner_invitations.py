"""The operator's `/api/v1/resellers/…/owner-invitations`: whoever is to own a portal, invited again."""

from django.urls import path
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from controlplane.operator_api.resellers import WRITE
from kernel import ids
from kernel.rest.openapi import operation
from kernel.rest.serializers import Body
from kernel.rest.views import CommandView, actor_of
from tenants.accounts import errors, services
from tenants.accounts.api.shapes import MemberShown, show
from tenants.resellers.errors import InvalidEmail, ResellerNotActive


class NewOwner(Body):
    """Who is to own the portal; without an address it is the one of before."""

    email = serializers.CharField(max_length=254, required=False)
    example = {"email": "alice@acme.example"}


class OwnerInvitations(CommandView):
    """Invite."""

    @operation(
        "resellers.invite_owner",
        right=WRITE,
        takes=NewOwner,
        answers={201: MemberShown},
        problems=[
            InvalidEmail,
            ResellerNotActive,
            errors.InvitedLately,
            errors.MemberExists,
            errors.OwnerThere,
            errors.TooManyInvitations,
        ],
    )
    def perform(self, request: Request, **parts: object) -> Response:
        """Invite the owner of a reseller again.

        Only while nobody who may log in owns its portal. The link that was sent before is dead, and
        whoever was invited as owner is not any more.
        """
        body = NewOwner(data=request.data)
        body.is_valid(raise_exception=True)
        owner = services.invite_owner_of(
            actor=actor_of(request),
            reseller_id=ids.from_public("res", str(parts["reseller_id"])),
            **body.validated_data,
        )
        return Response(show(owner), status=201)


urlpatterns = [
    path(
        "resellers/<str:reseller_id>/owner-invitations",
        OwnerInvitations.as_view(),
        name="operator-api-owner-invitations",
    )
]
