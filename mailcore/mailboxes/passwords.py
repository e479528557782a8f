"""Mailbox passwords as Dovecot reads them."""

import argon2

LONGEST = 256
#: OWASP's smaller parameters: 19 MiB, two passes; one lane, the only count libsodium verifies.
_HASHER = argon2.PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1, type=argon2.Type.ID)


def hash_for_dovecot(password: str) -> str:
    """A scheme string `{ARGON2ID}$argon2id$…` with its own salt."""
    return "{ARGON2ID}" + _HASHER.hash(password)
