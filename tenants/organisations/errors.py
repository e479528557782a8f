"""What can go wrong with organisations and API keys."""

from kernel.errors import ApplicationError, Conflict, InvalidInput, NotAllowed


class UnknownScope(InvalidInput):
    """An API key cannot have this scope."""

    code = "api_key.unknown_scope"


class InvalidNetwork(InvalidInput):
    """This is no address or range of addresses such as 192.0.2.0/24."""

    code = "api_key.network_invalid"


class BeyondMaker(NotAllowed):
    """A key cannot give more than it has itself, nor for longer."""

    code = "api_key.beyond_maker"


class KeyRevoked(Conflict):
    """This key was revoked."""

    code = "api_key.revoked"


class TooManyKeys(Conflict):
    """This key made as many keys as it can; revoke one first."""

    code = "api_key.too_many"


class OldSecret(NotAllowed):
    """This secret was replaced: only with the new one are keys made, rotated and revoked."""

    code = "api_key.old_secret"


class WrongAddress(ApplicationError):
    """This key is not good from this address."""

    code = "api_key.wrong_address"
    status = 403
