"""Public identifiers: UUIDv7 inside, prefixed text outside (foundations 1)."""

import os
import time
from datetime import UTC, datetime
from uuid import UUID

from kernel.errors import NotFound

#: Noun of a path's `{noun_id}` → the prefix of its ids.
PREFIXES = {
    "alias": "als",
    "app_password": "asp",
    "credential": "dnc",
    "delivery": "whd",
    "dkim_key": "dkm",
    "domain": "dom",
    "event": "evt",
    "hand_over": "hov",
    "hold": "hld",
    "invoice": "inv",
    "job": "job",
    "key": "key",
    "mailbox": "mbx",
    "member": "mem",
    "message": "msg",
    "organisation": "org",
    "plan": "dpl",
    "reseller": "res",
    "suppression": "sup",
    "webhook": "whk",
}
_NOUNS = {prefix: noun.replace("_", " ") for noun, prefix in PREFIXES.items()}
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32, lower case


def uuid7() -> UUID:
    """A new UUIDv7: 48 bits of milliseconds, then 74 random bits (RFC 9562 §5.7)."""
    value = (time.time_ns() // 1_000_000) << 80 | int.from_bytes(os.urandom(10))
    value = value & ~(0xF << 76) | 0x7 << 76
    return UUID(int=value & ~(0x3 << 62) | 0x2 << 62)


def first_at(instant: datetime) -> UUID:
    """The lowest UUID of a millisecond: all that were made earlier are below it."""
    return UUID(int=int(instant.timestamp() * 1000) << 80)


def instant_of(identifier: UUID) -> datetime:
    """The millisecond at which a UUIDv7 was made."""
    return datetime.fromtimestamp((identifier.int >> 80) / 1000, UTC)


def to_public(prefix: str, identifier: UUID) -> str:
    """`dom_…`: the prefix and 26 characters of base 32."""
    number, digits = identifier.int, []
    for _ in range(26):
        number, digit = divmod(number, 32)
        digits.append(_ALPHABET[digit])
    return f"{prefix}_{''.join(reversed(digits))}"


def find_public(prefix: str, text: str) -> UUID | None:
    """The UUID of a public id, or None when it cannot be one of this kind."""
    try:
        return from_public(prefix, text)
    except NotFound:
        return None


def missing(prefix: str) -> NotFound:
    """What to raise when nothing of a kind is there for the caller, whyever: it says which kind."""
    noun = _NOUNS.get(prefix, "object")
    return NotFound(f"There is no {noun} with this id here.", prefix=prefix)


def from_public(prefix: str, text: str) -> UUID:
    """The UUID of a public id; raises NotFound when it cannot be one of this kind."""
    head, _, tail = text.partition("_")
    if head != prefix or len(tail) != 26 or any(c not in _ALPHABET for c in tail):
        raise missing(prefix)
    number = 0
    for character in tail:
        number = number * 32 + _ALPHABET.index(character)
    if number >> 128:
        raise missing(prefix)
    return UUID(int=number)
