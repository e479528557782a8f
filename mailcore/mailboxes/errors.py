"""Why a mailbox or an alias cannot be made."""

from kernel.errors import Conflict, InvalidInput, NotFound


class MailboxExists(Conflict):
    """This address is already in use."""

    code = "mailbox.exists"


class InvalidLocalPart(InvalidInput):
    """Use letters and digits, with single dots, hyphens or underscores between them."""

    code = "mailbox.local_part"


class WeakPassword(InvalidInput):
    """This password is too short or too common."""

    code = "mailbox.password_weak"


class NotInvited(Conflict):
    """This mailbox has a password already."""

    code = "mailbox.not_invited"


class InvitedLately(Conflict):
    """The invitation was sent a moment ago; it can be sent again after ten minutes."""

    code = "mailbox.invited_lately"


class TooManyInvitations(Conflict):
    """10,000 mailboxes were invited to within a day."""

    code = "mailbox.too_many_invitations"


class InvitationGone(NotFound):
    """The link was used, replaced or is too old."""

    code = "mailbox.invitation_gone"


class AliasExists(Conflict):
    """This address is already in use."""

    code = "alias.exists"


class TooManyAppPasswords(Conflict):
    """A mailbox has at most 50 app passwords: delete one that is not used."""

    code = "app_password.too_many"


class InvalidTarget(InvalidInput):
    """An alias leads to mailboxes of the same organisation."""

    code = "alias.target_invalid"


class AliasLoop(InvalidInput):
    """An alias cannot lead to an alias: name the mailboxes themselves."""

    code = "alias.loop"
