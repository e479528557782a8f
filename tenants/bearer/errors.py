"""What can go wrong with keys, whoever's they are."""

from kernel.errors import ApplicationError, Conflict, InvalidInput


class UnknownScope(InvalidInput):
    """An API key cannot have this scope."""

    code = "api_key.unknown_scope"


class InvalidNetwork(InvalidInput):
    """This is no address or range of addresses such as 192.0.2.0/24."""

    code = "api_key.network_invalid"


class KeyRevoked(Conflict):
    """This key was revoked."""

    code = "api_key.revoked"


class WrongAddress(ApplicationError):
    """This key is not good from this address."""

    code = "api_key.wrong_address"
    status = 403
