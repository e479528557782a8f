"""DKIM signatures (RFC 6376, Ed25519 of RFC 8463), canonicalisation relaxed/simple."""

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

PrivateKey = RSAPrivateKey | Ed25519PrivateKey

#: Signed once more than they occur: adding another one breaks the signature (RFC 6376 §8.15).
OVERSIGNED = ("from", "to", "cc", "subject", "date", "reply-to", "sender", "message-id")
#: Signed as often as they occur.
SIGNED = (
    "in-reply-to",
    "references",
    "mime-version",
    "content-type",
    "content-transfer-encoding",
    "list-id",
    "list-unsubscribe",
    "list-unsubscribe-post",
    "auto-submitted",
)

_FIELD = re.compile(rb"^([!-9;-~]+)[ \t]*:(.*)$", re.DOTALL)
_SPACE = re.compile(rb"[ \t]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """One key of a domain."""

    domain: str
    selector: str
    key: PrivateKey

    @property
    def algorithm(self) -> str:
        """The value of the tag a=."""
        return "rsa-sha256" if isinstance(self.key, RSAPrivateKey) else "ed25519-sha256"


def load_key(encoded: bytes) -> PrivateKey:
    """A private key out of PKCS#8, PEM or DER; raises TypeError for another kind."""
    if encoded.startswith(b"-----"):
        key = serialization.load_pem_private_key(encoded, password=None)
    else:
        key = serialization.load_der_private_key(encoded, password=None)
    if not isinstance(key, RSAPrivateKey | Ed25519PrivateKey):
        raise TypeError(f"{type(key).__name__} cannot sign mail")
    return key


def sign(content: bytes, *, signers: Sequence[Signer], timestamp: int) -> bytes:
    """`content` (CRLF lines) with one DKIM-Signature field per signer in front."""
    head, _, body = content.partition(b"\r\n\r\n")
    fields = _fields(head)
    body_hash = base64.b64encode(hashlib.sha256(_simple_body(body)).digest()).decode()
    signatures = [
        _signature(fields, signer=signer, body_hash=body_hash, timestamp=timestamp)
        for signer in signers
    ]
    return b"".join(signatures) + content


def _signature(
    fields: Sequence[tuple[str, bytes]], *, signer: Signer, body_hash: str, timestamp: int
) -> bytes:
    names, covered = _covered(fields)
    tags = [
        f"v=1; a={signer.algorithm}; c=relaxed/simple; d={signer.domain};",
        f" s={signer.selector}; t={timestamp}; bh={body_hash};",
        *_folded_names(names),
        " b=",
    ]
    unsigned = "DKIM-Signature: " + "\r\n".join(tags)
    data = b"".join([*covered, _relaxed(unsigned.encode()).removesuffix(b"\r\n")])
    value = base64.b64encode(_sign_bytes(signer.key, data)).decode()
    folded = "\r\n ".join(value[at : at + 72] for at in range(0, len(value), 72))
    return f"{unsigned}{folded}\r\n".encode()


def _sign_bytes(key: PrivateKey, data: bytes) -> bytes:
    if isinstance(key, RSAPrivateKey):
        return key.sign(data, padding.PKCS1v15(), hashes.SHA256())
    return key.sign(hashlib.sha256(data).digest())  # RFC 8463 §3: PureEdDSA over the hash


def _fields(head: bytes) -> list[tuple[str, bytes]]:
    """Header fields in order: (lower-case name, whole field without its last CRLF)."""
    fields: list[tuple[str, bytes]] = []
    for line in head.split(b"\r\n"):
        if line[:1] in (b" ", b"\t") and fields:
            name, field = fields[-1]
            fields[-1] = (name, field + b"\r\n" + line)
        elif found := _FIELD.match(line):
            fields.append((found.group(1).decode("ascii").lower(), line))
    return fields


def _covered(fields: Sequence[tuple[str, bytes]]) -> tuple[list[str], list[bytes]]:
    """Names for h=, and the fields they stand for in that order: the last of a name comes first."""
    names: list[str] = []
    covered: list[bytes] = []
    for name in (*OVERSIGNED, *SIGNED):
        found = [field for field_name, field in fields if field_name == name]
        covered += [_relaxed(field) for field in reversed(found)]
        names += [name] * (len(found) + (1 if name in OVERSIGNED else 0))
    return names, covered


def _folded_names(names: Sequence[str]) -> list[str]:
    lines, line = [], " h="
    for position, name in enumerate(names):
        piece = name + (";" if position == len(names) - 1 else ":")
        if len(line) + len(piece) > 74:
            lines.append(line)
            line = "  "
        line += piece
    return [*lines, line]


def _relaxed(field: bytes) -> bytes:
    """Header canonicalisation `relaxed` (RFC 6376 §3.4.2), with its CRLF."""
    name, _, value = field.partition(b":")
    unfolded = value.replace(b"\r\n", b"")
    return name.strip().lower() + b":" + _SPACE.sub(b" ", unfolded).strip(b" \t") + b"\r\n"


def _simple_body(body: bytes) -> bytes:
    """Body canonicalisation `simple` (§3.4.3): one CRLF at the end, whatever stood there."""
    end = len(body)
    while body[end - 2 : end] == b"\r\n":
        end -= 2
    return body[:end] + b"\r\n"
