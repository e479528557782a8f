"""The operator's `/api/v1/resellers/…/owner-invitations`: whoever is to own a portal, invited again."""

from datetime import datetime
from typing import Annotated, TypedDict

from django.urls import path
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from controlplane.operator_api.resellers import WRITE
from kernel import ids
from kernel.rest.openapi import Id, operation, shape
from kernel.rest.serializers import Body
from kernel.rest.views import CommandView, actor_of
from tenants.accounts import errors, services
from tenants.resellers.errors import InvalidEmail, ResellerNotActive


class NewOwner(Body):
    """Who is to own the portal; without an address it is the one of before."""

    email = serializers.CharField(max_length=254, required=False)
    example = {"email": "alice@acme.example"}


@shape(
    example={
        "id": "mem_01k8z3q5s7v9w1y3a5c7e9g1j3",
        "email": "alice@acme.example",
        "invitation_expires_at": "2026-03-08T09:20:00Z",
    }
)
class InvitedOwner(TypedDict):
    """Whom a link went to, and until when it is good."""

    id: Annotated[str, Id("mem")]
    email: str
    invitation_expires_at: datetime | None


class OwnerInvitations(CommandView):
    """Invite."""

    @operation(
        "resellers.invite_owner",
        right=WRITE,
        takes=NewOwner,
        answers={201: InvitedOwner},
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

        Only while nobody who may log in owns its portal. The link that was sent before is dead, and whoever was invited as owner is not any more.
        """
        body = NewOwner(data=request.data)
        body.is_valid(raise_exception=True)
        owner = services.invite_owner_of(
            actor=actor_of(request),
            reseller_id=ids.from_public("res", str(parts["reseller_id"])),
            **body.validated_data,
        )
        shown: InvitedOwner = {
            "id": owner.reference,
            "email": owner.email,
            "invitation_expires_at": owner.invitation_expires_at,
        }
        return Response(shown, status=201)


urlpatterns = [
    path(
        "resellers/<str:reseller_id>/owner-invitations",
        OwnerInvitations.as_view(),
        name="operator-api-owner-invitations",
    )
]
