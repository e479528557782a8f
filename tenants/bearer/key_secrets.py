"""The text of a key: a mark that says whose kind it is, ten characters by which it is found, 256 random bits."""

import hashlib
import secrets

from kernel.crypto import Secret

_PREFIX = 10


def new_prefix() -> str:
    """By which a key is found and recognised; it stays when the secret is changed."""
    return secrets.token_hex(_PREFIX // 2)


def new_secret(prefix: str, *, mark: str) -> Secret:
    """The whole text of a key, new."""
    return Secret(f"{mark}_{prefix}_{secrets.token_urlsafe(32)}")


def hash_of(secret: str) -> str:
    """What is kept of a key: it has 256 random bits, so one round of SHA-256 is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


def prefix_of(secret: str, *, mark: str) -> str | None:
    """The part of a key by which it is found, or None for a text that is no key of this kind."""
    given, _, rest = secret.partition("_")
    prefix, _, tail = rest.partition("_")
    is_ours = given == mark and len(prefix) == _PREFIX and bool(tail)
    return prefix if is_ours and prefix.isascii() and prefix.isalnum() else None
