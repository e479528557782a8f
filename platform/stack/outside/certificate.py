"""The TLS certificate of the outside MX: the stack's when the endpoints name one, else one of its own."""

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from stack.client.endpoints import Endpoints

LIFE = timedelta(days=825)


def server_context(endpoints: Endpoints, *, hostname: str, folder: Path) -> ssl.SSLContext:
    """Return the context for STARTTLS of the outside MX."""
    outside = endpoints.raw.get("outside", {})
    if outside.get("certificate_file") and outside.get("key_file"):
        chain, key = Path(outside["certificate_file"]), Path(outside["key_file"])
    else:
        chain, key = folder / "server.pem", folder / "server.key"
        if not chain.exists():
            _make(hostname=hostname, chain=chain, key=key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(chain, key)
    return context


def _make(*, hostname: str, chain: Path, key: Path) -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, hostname)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + LIFE)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(hostname)]), critical=False)
        .sign(private, hashes.SHA256())
    )
    key.touch(mode=0o600)
    key.write_bytes(
        private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    chain.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
