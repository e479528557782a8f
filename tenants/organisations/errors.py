"""What can go wrong with organisations and API keys."""

from kernel.errors import InvalidInput


class UnknownScope(InvalidInput):
    """An API key cannot have this scope."""

    code = "api_key.unknown_scope"
