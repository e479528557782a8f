"""What can go wrong with organisations, and with keys that keys make."""

from kernel.errors import Conflict, NotAllowed


class BeyondMaker(NotAllowed):
    """A key cannot give more than it has itself, nor for longer."""

    code = "api_key.beyond_maker"


class TooManyKeys(Conflict):
    """There are as many keys as there can be; revoke one first."""

    code = "api_key.too_many"


class OldSecret(NotAllowed):
    """This secret was replaced: only with the new one are keys made, rotated and revoked."""

    code = "api_key.old_secret"


class NameOfReseller(NotAllowed):
    """The reseller names its organisations: who belongs to one changes its contact only."""

    code = "organisation.name_of_reseller"
