"""Return paths that name their recipient, and that nobody else can make (foundations 28).

The local part is `b` + key id (1 letter) + recipient's UUID (26) + HMAC (16), lower-case base 32:
44 of the 64 characters that RFC 5321 §4.5.3.1.1 allows.
"""

import base64
import hashlib
import hmac
import re
from uuid import UUID

_FORM = re.compile(r"b([a-z])([a-z2-7]{26})([a-z2-7]{16})")
_KEY_ID = "a"


def key_from(master: bytes) -> bytes:
    """The VERP key derived from a shared secret, so that one file serves several purposes."""
    return hmac.new(master, b"livery verp v1", hashlib.sha256).digest()


def bounce_domain(from_domain: str) -> str:
    """The domain that takes bounces of mail from `from_domain`; aligned with it for SPF."""
    return f"bounce.{from_domain}"


def return_path(*, key: bytes, recipient_id: UUID, from_domain: str) -> str:
    """The envelope sender for one recipient of a message."""
    identifier = _encode(recipient_id.bytes)
    domain = bounce_domain(from_domain)
    return f"b{_KEY_ID}{identifier}{_mac(key, identifier, domain)}@{domain}"


def recipient_of(address: str, *, key: bytes) -> UUID | None:
    """Whose return path this is; None when it was not made with our key."""
    local, _, domain = address.lower().rpartition("@")
    match = _FORM.fullmatch(local)
    if match is None or match[1] != _KEY_ID:
        return None
    if not hmac.compare_digest(match[3], _mac(key, match[2], domain)):
        return None
    return UUID(bytes=base64.b32decode(match[2].upper() + "======")[:16])


def _mac(key: bytes, identifier: str, domain: str) -> str:
    text = f"{_KEY_ID}{identifier}@{domain.lower()}".encode()
    return _encode(hmac.new(key, text, hashlib.sha256).digest()[:10])


def _encode(data: bytes) -> str:
    return base64.b32encode(data).decode().rstrip("=").lower()
