"""Why a domain cannot be added, written or used."""

from kernel.errors import Conflict, InvalidInput


class InvalidDomain(InvalidInput):
    """This is not a domain name that mail can be addressed to."""

    code = "domain.invalid"


class PublicSuffix(InvalidInput):
    """This name is a public suffix: domains are registered below it."""

    code = "domain.public_suffix"


class ReservedDomain(InvalidInput):
    """This name is reserved and cannot be added."""

    code = "domain.reserved"


class DomainTaken(Conflict):
    """This domain, or one above or below it, is already in use here."""

    code = "domain.taken"


class DomainNotVerified(Conflict):
    """Prove the ownership of this domain first."""

    code = "domain.not_verified"


class DomainQuarantined(Conflict):
    """This domain was given up here not long ago and is kept free for a while."""

    code = "domain.quarantined"


class DomainInUse(Conflict):
    """There are still mailboxes or other addresses on this domain: delete them first."""

    code = "domain.in_use"


class SuspendedByOperator(Conflict):
    """The operator of the platform suspended this domain; only they can let it go on."""

    code = "domain.suspended_by_operator"


class InvalidDnsCredential(InvalidInput):
    """The way to write DNS, or a part of it, is not valid."""

    code = "dns_update.invalid"


class NoDnsCredential(Conflict):
    """There is no key to write this domain's DNS with: hand one in first."""

    code = "dns_credential.none"


class TooManyDnsCredentials(Conflict):
    """The organisation has too many DNS credentials: remove some."""

    code = "dns_credential.too_many"


class DeletingHeld(Conflict):
    """A hold keeps this from being deleted."""

    code = "hold.deleting"


class MovingHeld(Conflict):
    """A hold stands on this domain or a mailbox of it: it stays where it is."""

    code = "hold.moving"
