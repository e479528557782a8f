"""Certificates checked against TLSA records (RFC 6698, 7671), as SMTP uses them (RFC 7672)."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

#: Usages that mean something for SMTP: a trust anchor of the domain's own, and the very key.
DANE_TA, DANE_EE = 2, 3
_DIGESTS = {1: (hashlib.sha256, 32), 2: (hashlib.sha512, 64)}


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Tlsa:
    """One TLSA record; `data` is a digest, or with matching type 0 the thing itself."""

    usage: int
    selector: int
    matching: int
    data: bytes


def usable(records: Sequence[Tlsa]) -> tuple[Tlsa, ...]:
    """Those that SMTP knows what to do with (RFC 7672 §3.1), in a fixed order, each once."""
    return tuple(sorted({record for record in records if _is_usable(record)}))


def verified(
    chain: Sequence[bytes], *, records: Sequence[Tlsa], names: Sequence[str], now: datetime
) -> bool:
    """Whether the presented chain (DER, the server's own first) is one that the records name.

    Usage 3 looks at the key alone, neither at names nor at dates (RFC 7672 §3.1.1); usage 2 at a
    path up to the named authority, for one of `names`.
    """
    if not chain:
        return False
    if any(r.usage == DANE_EE and _matches(r, chain[0]) for r in records):
        return True
    return any(
        r.usage == DANE_TA and _leads_to(r, chain=chain, names=names, now=now) for r in records
    )


def _is_usable(record: Tlsa) -> bool:
    if record.usage not in (DANE_TA, DANE_EE) or record.selector not in (0, 1):
        return False
    if record.matching == 0:
        return bool(record.data)
    _, length = _DIGESTS.get(record.matching, (None, -1))
    return len(record.data) == length


def _matches(record: Tlsa, der: bytes) -> bool:
    try:
        chosen = der if record.selector == 0 else _public_key(der)
    except ValueError:
        return False
    if record.matching == 0:
        return chosen == record.data
    digest, _ = _DIGESTS[record.matching]
    return digest(chosen).digest() == record.data


def _public_key(der: bytes) -> bytes:
    key = x509.load_der_x509_certificate(der).public_key()
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _leads_to(record: Tlsa, *, chain: Sequence[bytes], names: Sequence[str], now: datetime) -> bool:
    """Whether the server's certificate is good for one of the names under the named authority."""
    candidates = [der for der in chain if _matches(record, der)]
    if (record.selector, record.matching) == (0, 0):
        candidates.append(record.data)  # the authority itself may stand in DNS only
    return any(
        _is_path(chain, authority=authority, name=name, now=now)
        for authority in candidates
        for name in names
    )


def _is_path(chain: Sequence[bytes], *, authority: bytes, name: str, now: datetime) -> bool:
    try:
        leaf, *others = [x509.load_der_x509_certificate(der) for der in chain]
        store = Store([x509.load_der_x509_certificate(authority)])
        verifier = PolicyBuilder().store(store).time(now).build_server_verifier(x509.DNSName(name))
        verifier.verify(leaf, others)
    except (VerificationError, ValueError):
        return False
    return True
