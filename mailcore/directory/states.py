"""What a route leads to, and the states of a mailbox's login and of a signing key."""

from django.db import models


class RouteKind(models.TextChoices):
    """Where mail for a domain goes."""

    HOSTED = "hosted"
    FEEDBACK = "feedback"


class HandOverState(models.TextChoices):
    """The life of an offer."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class LoginState(models.TextChoices):
    """Suspended: mail is still received, its owner cannot log in or send. Deleted: nothing at all,
    though the address is kept and what was received can come back.
    """

    ACTIVE = "active"
    SUSPENDED = "suspended"
    DELETED = "deleted"


#: Where a mailbox that was not deleted stands.
OPEN_STATES = (LoginState.ACTIVE, LoginState.SUSPENDED)


class AppScope(models.TextChoices):
    """What an app password opens; imap opens ManageSieve too."""

    IMAP = "imap"
    POP3 = "pop3"
    SMTP = "smtp"


class KeyState(models.TextChoices):
    """The life of a DKIM key."""

    PENDING = "pending"
    ACTIVE = "active"
    RETIRING = "retiring"
    RETIRED = "retired"


class HoldKind(models.TextChoices):
    """Why something is held."""

    BILLING = "billing"
    ABUSE = "abuse"
    LEGAL = "legal"
    OWNER = "owner"
    MIGRATION = "migration"


class HoldScope(models.TextChoices):
    """What is held: mail out, mail in, logins of mailboxes, or that anything is deleted."""

    SEND = "send"
    RECEIVE = "receive"
    LOGIN = "login"
    DELETE = "delete"


class HoldOn(models.TextChoices):
    """What a hold is on, with all that is below it."""

    RESELLER = "reseller"
    DOMAIN = "domain"
    MAILBOX = "mailbox"


class HoldSide(models.TextChoices):
    """Who placed a hold, and alone lifts it."""

    OPERATOR = "operator"
    RESELLER = "reseller"
