"""The stack's own certificate authority, and the certificates that it gives: to servers, and to sign profiles."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from stack import folders
from stack.model import INFRA_DOMAIN, OUTSIDE_DOMAIN, SERVICE_USER, Stack

AUTHORITY_LIFE = dt.timedelta(days=3650)
SERVER_LIFE = dt.timedelta(days=200)
RENEW_BEFORE = dt.timedelta(days=30)
#: Clients refuse a certificate that begins in their future, and clocks differ.
BACKDATE = dt.timedelta(hours=1)

SERVER_NAMES = (
    f"mx.{INFRA_DOMAIN}",
    f"smtp.{INFRA_DOMAIN}",
    f"imap.{INFRA_DOMAIN}",
    # Every reseller's own: their names are one label longer.
    f"*.smtp.{INFRA_DOMAIN}",
    f"*.imap.{INFRA_DOMAIN}",
    f"mx.{OUTSIDE_DOMAIN}",
)
#: What a person sees as the signer of a profile: the neutral name of the servers that it sets up.
PROFILE_NAMES = (f"imap.{INFRA_DOMAIN}",)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where a certificate with its chain and its key lie, for which names, and who may read the key."""

    file: Path
    key_file: Path
    names: tuple[str, ...]
    owner: str


def ensure(stack: Stack) -> None:
    """Make the authority and the certificates when missing, for other names, or close to their end."""
    folders.make(stack.var / "tls", mode=0o755)
    now = dt.datetime.now(dt.UTC)
    if not _is_good(stack.ca_file, stack.ca_key_file, now=now, names=()):
        _make_authority(stack, now=now)
    authority = x509.load_pem_x509_certificate(stack.ca_file.read_bytes())
    for place in _places(stack):
        fresh = _is_good(place.file, place.key_file, now=now, names=place.names)
        if not fresh or not _is_issued_by(place.file, authority):
            _make(stack, place, authority=authority, now=now)


def _places(stack: Stack) -> tuple[_Place, ...]:
    return (
        _Place(
            file=stack.certificate_file,
            key_file=stack.certificate_key_file,
            names=SERVER_NAMES,
            owner="root",
        ),
        _Place(
            file=stack.profile_certificate_file,
            key_file=stack.profile_certificate_key_file,
            names=PROFILE_NAMES,
            owner=SERVICE_USER,
        ),
    )


def _is_good(path: Path, key: Path, *, now: dt.datetime, names: tuple[str, ...]) -> bool:
    if not path.exists() or not key.exists():
        return False
    certificate = x509.load_pem_x509_certificate(path.read_bytes())
    if certificate.not_valid_after_utc - RENEW_BEFORE < now:
        return False
    if not names:
        return True
    found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    return set(names) <= set(found.value.get_values_for_type(x509.DNSName))


def _is_issued_by(path: Path, authority: x509.Certificate) -> bool:
    certificate = x509.load_pem_x509_certificate(path.read_bytes())
    identifier = certificate.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier)
    expected = x509.SubjectKeyIdentifier.from_public_key(authority.public_key())
    return identifier.value.key_identifier == expected.digest


def _builder(
    *, subject: x509.Name, issuer: x509.Name, now: dt.datetime, life: dt.timedelta
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATE)
        .not_valid_after(now + life)
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _key_usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=authority,
        crl_sign=authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _make_authority(stack: Stack, *, now: dt.datetime) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name(f"Livery stack {stack.number} local CA")
    certificate = (
        _builder(subject=name, issuer=name, now=now, life=AUTHORITY_LIFE)
        .public_key(key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=1), critical=True)
        .add_extension(_key_usage(authority=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    folders.write(stack.ca_key_file, _pem(key), mode=0o600)
    folders.write(stack.ca_file, certificate.public_bytes(serialization.Encoding.PEM))


def _make(stack: Stack, place: _Place, *, authority: x509.Certificate, now: dt.datetime) -> None:
    signer = serialization.load_pem_private_key(stack.ca_key_file.read_bytes(), password=None)
    assert isinstance(signer, ec.EllipticCurvePrivateKey)
    key = ec.generate_private_key(ec.SECP256R1())
    names = x509.SubjectAlternativeName([x509.DNSName(name) for name in place.names])
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key())
    certificate = (
        _builder(subject=_name(place.names[0]), issuer=authority.subject, now=now, life=SERVER_LIFE)
        .public_key(key.public_key())
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(authority=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(issuer, critical=False)
        .sign(signer, hashes.SHA256())
    )
    chain = b"".join(
        item.public_bytes(serialization.Encoding.PEM) for item in (certificate, authority)
    )
    folders.write(place.key_file, _pem(key), owner=place.owner, mode=0o600)
    folders.write(place.file, chain)


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
