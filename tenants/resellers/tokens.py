"""Tokens of links: random, and kept only as a digest."""

import hashlib


def hash_token(token: str) -> str:
    """What is kept of a token; it has 256 random bits, so a plain digest is enough."""
    return hashlib.sha256(token.encode()).hexdigest()
