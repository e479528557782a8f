"""Make DKIM key pairs (RFC 6376 §3.3, RFC 8463) and the records that publish them."""

import base64
from dataclasses import dataclass
from uuid import UUID

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

RSA = "rsa-sha256"
ED25519 = "ed25519-sha256"
_KEY_TYPE = {RSA: "rsa", ED25519: "ed25519"}


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPair:
    """`private`: PKCS#8 PEM; `public`: the value of the tag p=."""

    algorithm: str
    private: bytes
    public: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedPair:
    """A key pair whose private half is closed already; `id` is what it was sealed for."""

    id: UUID
    algorithm: str
    sealed: bytes
    public: str


def make(algorithm: str) -> KeyPair:
    """A new key pair for `rsa-sha256` (2048 bits) or `ed25519-sha256`."""
    if algorithm == RSA:
        return _make_rsa()
    key = ed25519.Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes_raw()  # RFC 8463 §4: the bare 32 bytes
    return KeyPair(algorithm=ED25519, private=_pem(key), public=base64.b64encode(public).decode())


def record_value(*, algorithm: str, public: str) -> str:
    """The TXT value of a public key."""
    return f"v=DKIM1; k={_KEY_TYPE[algorithm]}; p={public}"


def _make_rsa() -> KeyPair:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return KeyPair(algorithm=RSA, private=_pem(key), public=base64.b64encode(public).decode())


def _pem(key: rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
