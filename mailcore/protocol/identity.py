"""The identity header: the sender policy vouches for a login, acceptance checks it.

`X-Livery-Auth: v1; l=<login>; t=<unix seconds>; n=<nonce>; s=<HMAC-SHA256>`; the login is in
unpadded base 64 for URLs, and the HMAC also covers the envelope sender.
"""

import base64
import binascii
import hashlib
import hmac
import re
from dataclasses import dataclass

from mailcore.protocol import addresses

HEADER = "X-Livery-Auth"
PREFIX = "x-livery-"
#: Seconds from MAIL to the end of the message, with a slow line and a huge message between them.
LIFETIME = 86_400
_FORM = re.compile(
    r"v1; l=([\w-]{1,1024}); t=(\d{1,12}); n=([0-9a-f]{16}); s=([0-9a-f]{64})", re.ASCII
)


class IdentityRefused(ValueError):
    """The header is missing, malformed, too old, or was not made with our key for this mail."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vouched:
    """What was vouched for: the login and when (seconds since the epoch)."""

    login: str
    at: int


def vouch(*, key: bytes, login: str, envelope_from: str, at: int, nonce: bytes) -> str:
    """The header's value; `nonce` is 8 random bytes."""
    signature = _signature(key, login, envelope_from, at, nonce.hex())
    return f"v1; l={_pack(login)}; t={at}; n={nonce.hex()}; s={signature}"


def check(value: str, *, key: bytes, envelope_from: str, now: int) -> Vouched:
    """The login of a header value that we made; raises IdentityRefused."""
    match = _FORM.fullmatch(value.strip())
    if match is None:
        raise IdentityRefused("malformed")
    packed, at, nonce, signature = match[1], int(match[2]), match[3], match[4]
    try:
        login = base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise IdentityRefused("malformed login") from error
    if _pack(login) != packed:
        # The last character of base 64 has bits that mean nothing: one login, one spelling.
        raise IdentityRefused("malformed login")
    if not hmac.compare_digest(signature, _signature(key, login, envelope_from, at, nonce)):
        raise IdentityRefused("signature does not match")
    if not now - LIFETIME <= at <= now + 300:
        raise IdentityRefused("too old, or from the future")
    return Vouched(login=login, at=at)


def _pack(login: str) -> str:
    return base64.urlsafe_b64encode(login.encode()).decode().rstrip("=")


def _signature(key: bytes, login: str, envelope_from: str, at: int, nonce: str) -> str:
    sender = addresses.internal(envelope_from).lower()
    text = "\0".join(("identity-v1", login, sender, str(at), nonce))
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
