"""The outside domain's own DKIM key: made once, published by RFC 2136, used for the mail its client sends."""

import base64
from pathlib import Path

import dkim
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from stack.client.endpoints import UpdateKey
from stack.client.lookup import replace_records

SELECTOR = "outside1"


class Identity:
    """The signing identity of one domain, its RSA-2048 key in a file of mode 600."""

    def __init__(self, *, domain: str, key_file: Path) -> None:
        self.domain = domain
        if not key_file.exists():
            _make_key(key_file)
        self._pem = key_file.read_bytes()

    @property
    def record(self) -> str:
        """The TXT record (RFC 6376 §3.6.1) as quoted strings of at most 255 characters."""
        key = serialization.load_pem_private_key(self._pem, password=None)
        public = key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        text = f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode()}"
        return " ".join(f'"{text[i : i + 255]}"' for i in range(0, len(text), 255))

    def publish(self, key: UpdateKey) -> None:
        """Put the record into the domain's zone; raises what `replace_records` raises."""
        replace_records(
            key,
            zone=f"{self.domain}.",
            name=f"{SELECTOR}._domainkey.{self.domain}.",
            kind="TXT",
            values=[self.record],
        )

    def sign(self, raw: bytes) -> bytes:
        """Return the message with a DKIM signature above it."""
        signature: bytes = dkim.sign(
            raw,
            SELECTOR.encode(),
            self.domain.encode(),
            self._pem,
            canonicalize=(b"relaxed", b"relaxed"),
        )
        return signature + raw


def _make_key(path: Path) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    path.touch(mode=0o600)
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        )
    )
