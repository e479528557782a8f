"""The states of a reseller and of a sign-up."""

from datetime import timedelta

from django.db import models

#: What the platform host calls itself until the operator brands it.
PLATFORM_NAME = "Livery"


class ResellerState(models.TextChoices):
    """From the confirmed sign-up to a usable schema."""

    PENDING = "pending"
    ACTIVE = "active"
    SUSPENDED = "suspended"


#: What a mail program connects to: IMAP and POP3, and submission.
MAIL_KINDS = ("imap", "smtp")


#: A mail host's DNS is looked for so long; whoever has not written it by then asks again.
LOOKED_FOR = timedelta(days=7)


class MailHostState(models.TextChoices):
    """How far a name of the reseller's own is: without one, the given name is told."""

    GIVEN = "given"
    WAITING = "waiting"
    LAPSED = "lapsed"
    PROVEN = "proven"
    TOLD = "told"


class HostKind(models.TextChoices):
    """What a reseller's host name serves."""

    PORTAL = "portal"
    WEBMAIL = "webmail"
    IMAP = "imap"
    SMTP = "smtp"
    MX = "mx"
    AUTOCONFIG = "autoconfig"
    MTA_STS = "mta-sts"
    SPF = "spf"
    RETURN_PATH = "return-path"


class InvitationPurpose(models.TextChoices):
    """What somebody is invited to choose a password for."""

    MEMBER = "member"
    MAILBOX = "mailbox"
