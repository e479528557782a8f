"""Why a mailbox or an alias cannot be made."""

from kernel.errors import Conflict, InvalidInput


class MailboxExists(Conflict):
    """This address is already in use."""

    code = "mailbox.exists"


class InvalidLocalPart(InvalidInput):
    """Use letters and digits, with single dots, hyphens or underscores between them."""

    code = "mailbox.local_part"


class WeakPassword(InvalidInput):
    """This password is too short or too common."""

    code = "mailbox.password_weak"


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
