"""Why a mailbox cannot be made."""

from kernel.errors import Conflict, InvalidInput


class MailboxExists(Conflict):
    """There is already a mailbox with this address."""

    code = "mailbox.exists"


class InvalidLocalPart(InvalidInput):
    """Use letters and digits, with single dots, hyphens or underscores between them."""

    code = "mailbox.local_part"


class WeakPassword(InvalidInput):
    """This password is too short or too common."""

    code = "mailbox.password_weak"
