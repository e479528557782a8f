"""Key hierarchy: master key (a file) → reseller key → record (foundations 9).

A ciphertext is `version byte | key id (16 bytes) | nonce (12) | AES-256-GCM output`.
"""

import os
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_VERSION = b"\x01"
_HEAD = 1 + 16


class DecryptionFailed(Exception):
    """The ciphertext was changed, belongs to another record, or its key is not here."""


class Secret(str):
    """Text that does not show itself in logs and tracebacks."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "Secret('…')"


def master_key(path: Path) -> bytes:
    """The 32 raw bytes of the master key file."""
    key = path.read_bytes()
    if len(key) != 32:
        raise ValueError(f"{path}: a master key has 32 bytes, this file has {len(key)}")
    return key


def seal(*, key: bytes, key_id: UUID, plain: bytes, context: bytes) -> bytes:
    """Encrypt `plain` so that it opens only with this key and the same `context`."""
    nonce = os.urandom(12)
    return _VERSION + key_id.bytes + nonce + AESGCM(key).encrypt(nonce, plain, context)


def key_id_of(sealed: bytes) -> UUID:
    """Which key opens this ciphertext."""
    if len(sealed) < _HEAD + 12 + 16 or sealed[:1] != _VERSION:
        raise DecryptionFailed("not a ciphertext of ours")
    return UUID(bytes=sealed[1:_HEAD])


def unseal(*, key: bytes, sealed: bytes, context: bytes) -> bytes:
    """The plain bytes; raises DecryptionFailed."""
    key_id_of(sealed)
    nonce, body = sealed[_HEAD : _HEAD + 12], sealed[_HEAD + 12 :]
    try:
        return AESGCM(key).decrypt(nonce, body, context)
    except InvalidTag as error:
        raise DecryptionFailed("wrong key, context or changed bytes") from error
