"""What the API takes and shows of a member."""

from datetime import datetime
from typing import Annotated, TypedDict

from rest_framework import serializers

from kernel import ids
from kernel.rest.openapi import Id, OneOf, shape
from kernel.rest.serializers import Body, Reference
from tenants.accounts.models import Member, MemberState
from tenants.accounts.services.inviting import ROLES

_ROLES = [role.value for role in ROLES]


class NewMember(Body):
    """Whom to invite, and as what; into one organisation, or to the whole reseller."""

    email = serializers.CharField(max_length=320)
    role = serializers.ChoiceField(_ROLES)
    name = serializers.CharField(max_length=100, allow_blank=True, default="")
    organisation = Reference("org", required=False, allow_null=True)
    example = {"email": "eve@agency.example", "role": "support", "name": "Eve Miller"}


class MemberChange(Body):
    """What is given is changed."""

    role = serializers.ChoiceField(_ROLES, required=False)
    name = serializers.CharField(max_length=100, allow_blank=True, required=False)
    is_active = serializers.BooleanField(required=False)
    example = {"role": "admin", "is_active": True}


@shape(
    example={
        "id": "mem_01k8z3q5s7v9w1y3a5c7e9g1j3",
        "email": "eve@agency.example",
        "name": "Eve Miller",
        "role": "support",
        "organisation": None,
        "state": "invited",
        "is_active": False,
        "created_at": "2026-03-01T09:20:00Z",
        "invitation_expires_at": "2026-03-08T09:20:00Z",
        "last_login_at": None,
    }
)
class MemberShown(TypedDict):
    """A person of the reseller, or of one of its organisations alone.

    Who is invited has no password yet, who is inactive is shut out.
    """

    id: Annotated[str, Id("mem")]
    email: str
    name: str
    role: Annotated[str, OneOf(_ROLES)]
    organisation: Annotated[str, Id("org")] | None
    state: Annotated[str, OneOf(MemberState)]
    is_active: bool
    created_at: datetime
    invitation_expires_at: datetime | None
    last_login_at: datetime | None


def show(member: Member) -> MemberShown:
    """A member as JSON."""
    organisation = member.organisation_id
    return {
        "id": member.reference,
        "email": member.email,
        "name": member.name,
        "role": member.role,
        "organisation": ids.to_public("org", organisation) if organisation else None,
        "state": member.state,
        "is_active": member.is_active,
        "created_at": member.created_at,
        "invitation_expires_at": member.invitation_expires_at,
        "last_login_at": member.last_login,
    }
