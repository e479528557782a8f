"""A reseller's people: list, invite, read, change, remove."""

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
from tenants.accounts import errors, selectors, services
from tenants.accounts.api.shapes import MemberChange, MemberShown, NewMember, show
from tenants.accounts.models import MemberState
from tenants.accounts.services.inviting import ROLES
from tenants.accounts.services.standing import READ, WRITE
from tenants.resellers.errors import InvalidEmail

LISTING = Listing(
    filters={
        "email": listing.text("email", says="this address"),
        "role": listing.choice("role", [role.value for role in ROLES], says="who has this role"),
        "organisation": listing.reference("org", "organisation_id", says="of this organisation"),
        "state": listing.choice("standing", MemberState, says="where they stand"),
    },
    sorts={"email": "email", "name": "name"},
)


class Members(CommandView):
    """List and invite."""

    @operation("members.list", right=READ, answers={200: Page[MemberShown]}, query=LISTING)
    def get(self, request: Request) -> Response:
        """List the people of the portal, the invited too."""
        actor = actor_of(request)
        authorise(actor, READ)
        return page(request, selectors.list_seen(actor), show=show, listing=LISTING)

    @operation(
        "members.invite",
        right=WRITE,
        takes=NewMember,
        answers={201: MemberShown},
        found_at="members/{id}",
        problems=[
            InvalidEmail,
            errors.MemberExists,
            errors.BeyondRole,
            errors.TooManyInvitations,
        ],
    )
    def perform(self, request: Request, **_: object) -> Response:
        """Invite somebody by mail.

        The link in it is good once, for 7 days. The role has to have fewer rights than the key. With
        an organisation the person sees what is this organisation's alone, as admin, support or
        read_only; a key that is bound to one invites into it.
        """
        body = NewMember(data=request.data)
        body.is_valid(raise_exception=True)
        made = services.invite_member(actor=actor_of(request), **body.validated_data)
        return Response(show(made), status=201)


class OneMember(ApiView):
    """Read, change and remove one."""

    @operation("members.get", right=READ, answers={200: MemberShown})
    def get(self, request: Request, member_id: str) -> Response:
        """Read a member."""
        actor = actor_of(request)
        authorise(actor, READ)
        found = selectors.get_seen(ids.from_public("mem", member_id), actor=actor)
        return Response(show(found))

    @operation(
        "members.update",
        right=WRITE,
        takes=MemberChange,
        answers={200: MemberShown},
        problems=[errors.BeyondRole, errors.LastOwner, errors.NotJoined],
    )
    def patch(self, request: Request, member_id: str) -> Response:
        """Change a member's role or name, shut them out or let them in.

        Both roles have to have fewer rights than the key. Who is shut out is logged out at once.
        """
        body = MemberChange(data=request.data)
        body.is_valid(raise_exception=True)
        changed = services.change_member(
            actor=actor_of(request),
            member_id=ids.from_public("mem", member_id),
            **body.validated_data,
        )
        return Response(show(changed))

    @operation(
        "members.delete",
        right=WRITE,
        answers={204: None},
        problems=[errors.BeyondRole, errors.LastOwner],
    )
    def delete(self, request: Request, member_id: str) -> Response:
        """Remove a member or an invitation.

        API keys and what was made stay.
        """
        services.remove_member(actor=actor_of(request), member_id=ids.from_public("mem", member_id))
        return Response(status=204)


class InviteAgain(CommandView):
    """A new link."""

    @operation(
        "members.invite_again",
        right=WRITE,
        answers={200: MemberShown},
        problems=[
            errors.AlreadyJoined,
            errors.BeyondRole,
            errors.InvitedLately,
            errors.TooManyInvitations,
        ],
    )
    def perform(self, request: Request, **parts: object) -> Response:
        """Send an invitation again.

        The link that was sent before is dead.
        """
        member_id = ids.from_public("mem", str(parts["member_id"]))
        return Response(show(services.invite_again(actor=actor_of(request), member_id=member_id)))


_ONE = "members/<str:member_id>"
urlpatterns = [
    path("members", Members.as_view(), name="api-members"),
    path(_ONE, OneMember.as_view(), name="api-member"),
    path(f"{_ONE}/invite", InviteAgain.as_view(), name="api-member-invite"),
]
