"""What can go wrong with members and their invitations."""

from kernel.errors import Conflict, NotAllowed, NotFound


class MemberExists(Conflict):
    """This person is a member already, or invited."""

    code = "member.exists"


class LastOwner(Conflict):
    """There has to be an owner: make somebody else one first."""

    code = "member.last_owner"


class OwnerThere(Conflict):
    """Somebody owns this portal already."""

    code = "member.owner_there"


class NotJoined(Conflict):
    """This person has not accepted the invitation yet."""

    code = "member.not_joined"


class AlreadyJoined(Conflict):
    """This person has accepted the invitation already."""

    code = "member.already_joined"


class TooManyInvitations(Conflict):
    """Too many invitations are open or were sent today."""

    code = "member.too_many_invitations"


class InvitedLately(Conflict):
    """The invitation was sent a moment ago; it can be sent again after ten minutes."""

    code = "member.invited_lately"


class BeyondRole(NotAllowed):
    """Only an owner makes, changes and removes owners and admins; others those with fewer rights."""

    code = "member.beyond_role"


class InvitationGone(NotFound):
    """The link was used, replaced or is too old."""

    code = "member.invitation_gone"
