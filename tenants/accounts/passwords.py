"""Member passwords: argon2id with OWASP's smaller parameters (19 MiB, t=2, p=1)."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2id(Argon2PasswordHasher):
    """110 ms at 64 MiB would let a few logins take the machine (running-parts, trap 2)."""

    time_cost = 2
    memory_cost = 19_456
    parallelism = 1
