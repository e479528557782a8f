"""DKIM signatures (RFC 6376, Ed25519 of RFC 8463), canonicalisation relaxed/simple."""

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, utils
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
    "feedback-id",
    "cfbl-address",
    "cfbl-feedback-id",
    "auto-submitted",
)

_OVERSIGNED = frozenset(OVERSIGNED)
_WANTED = (*OVERSIGNED, *SIGNED)
_NAME = re.compile(rb"([!-9;-~]+)[ \t]*:")
_SPACE = re.compile(rb"[ \t]+")
_EMPTY_LINES = b"\r\n" * 2048
_PADDING = padding.PKCS1v15()
_DIGEST = utils.Prehashed(hashes.SHA256())


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


def body_hash(message: bytes) -> bytes:
    """SHA-256 (32 bytes) of the body as `sign` canonicalises it; `message` has CRLF lines only.

    Two messages that differ only in their header, or in empty lines at the end, share it.
    """
    digest = hashlib.sha256()
    start, end = _body_start(message), len(message)
    while message.endswith(_EMPTY_LINES, start, end):
        end -= len(_EMPTY_LINES)
    while message.endswith(b"\r\n", start, end):
        end -= 2
    digest.update(memoryview(message)[start:end])
    digest.update(b"\r\n")  # `simple` (RFC 6376 §3.4.3): one at the end, whatever stood there
    return digest.digest()


def sign(
    content: bytes, *, signers: Sequence[Signer], timestamp: int, body_hash: bytes | None = None
) -> bytes:
    """`content` (CRLF lines) with one DKIM-Signature field per signer in front.

    `body_hash` is what the function of that name said of this content, when it was asked before.
    """
    names, covered = _covered(_fields(content[: _body_start(content)]))
    # What all signatures cover is hashed once; each adds its own field to a copy.
    header = hashlib.sha256(b"".join(covered))
    bh = _encoded_hash(content, ready=body_hash)
    tags = f" t={timestamp}; bh={bh};\r\n{_folded_names(tuple(names))}\r\n b="
    signatures = [_signature(tags, header=header.copy(), signer=signer) for signer in signers]
    return b"".join([*signatures, content])


def _encoded_hash(content: bytes, *, ready: bytes | None) -> str:
    return base64.b64encode(body_hash(content) if ready is None else ready).decode("ascii")


def _signature(tags: str, *, header: "hashlib._Hash", signer: Signer) -> bytes:
    first = f"v=1; a={signer.algorithm}; c=relaxed/simple; d={signer.domain};"
    unsigned = f"DKIM-Signature: {first}\r\n s={signer.selector};\r\n{tags}"
    header.update(_relaxed(unsigned.encode()).removesuffix(b"\r\n"))
    value = base64.b64encode(_sign_digest(signer.key, header.digest())).decode("ascii")
    folded = "\r\n ".join(value[at : at + 72] for at in range(0, len(value), 72))
    return f"{unsigned}{folded}\r\n".encode()


def _sign_digest(key: PrivateKey, digest: bytes) -> bytes:
    if isinstance(key, RSAPrivateKey):
        return key.sign(digest, _PADDING, _DIGEST)
    return key.sign(digest)  # RFC 8463 §3: PureEdDSA over the hash


def _body_start(message: bytes) -> int:
    """Where the body begins; the length when there is none."""
    if message.startswith(b"\r\n"):  # no header at all
        return 2
    end = message.find(b"\r\n\r\n")
    return len(message) if end < 0 else end + 4


def _fields(head: bytes) -> dict[str, list[list[bytes]]]:
    """Header fields as lists of their lines, by lower-case name, those of a name in their order.

    A line that is no field belongs to nothing, nor do the lines that continue it.
    """
    fields: dict[str, list[list[bytes]]] = {}
    lines: list[bytes] = []
    for line in head.split(b"\r\n"):
        if line[:1] in (b" ", b"\t"):
            lines.append(line)
        elif found := _NAME.match(line):
            lines = [line]
            fields.setdefault(found.group(1).decode("ascii").lower(), []).append(lines)
        else:
            lines = []
    return fields


def _covered(fields: Mapping[str, Sequence[Sequence[bytes]]]) -> tuple[list[str], list[bytes]]:
    """Names for h=, and the fields they stand for in that order: the last of a name comes first."""
    names: list[str] = []
    covered: list[bytes] = []
    for name in _WANTED:
        found = fields.get(name, ())
        covered += [_relaxed(b"".join(lines)) for lines in reversed(found)]
        names += [name] * (len(found) + (name in _OVERSIGNED))
    return names, covered


@lru_cache(maxsize=1000)
def _folded_names(names: tuple[str, ...]) -> str:
    """The tag h= on lines of at most 74 characters; most messages have the names of many others."""
    lines, line = [], " h="
    for position, name in enumerate(names):
        piece = name + (";" if position == len(names) - 1 else ":")
        if len(line) + len(piece) > 74:
            lines.append(line)
            line = "  "
        line += piece
    return "\r\n".join([*lines, line])


def _relaxed(field: bytes) -> bytes:
    """Header canonicalisation `relaxed` (RFC 6376 §3.4.2), with its CRLF."""
    name, _, value = field.partition(b":")
    value = value.replace(b"\r\n", b"").strip(b" \t")
    if b"  " in value or b"\t" in value:
        value = _SPACE.sub(b" ", value)
    return name.strip().lower() + b":" + value + b"\r\n"
