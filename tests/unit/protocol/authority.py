"""A certificate authority for tests: certificates of any name and time, signed by it."""

import datetime
import ssl
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

START = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
END = START + datetime.timedelta(days=3650)
PEM, DER = serialization.Encoding.PEM, serialization.Encoding.DER


def _name(text):
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])


class Authority:
    """Issues certificates; `certificate` is its own."""

    def __init__(self, name="authority"):
        self.name = name
        self.key = ec.generate_private_key(ec.SECP256R1())
        basic = x509.BasicConstraints(ca=True, path_length=None)
        usage = x509.KeyUsage(
            digital_signature=False,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            key_cert_sign=True,
            crl_sign=True,
            encipher_only=False,
            decipher_only=False,
        )
        self.certificate = self._sign(name, self.key.public_key(), END, [basic, usage])

    def issue(self, host, *, until=END):
        """A key and a certificate for `host`."""
        key = ec.generate_private_key(ec.SECP256R1())
        names = x509.SubjectAlternativeName([x509.DNSName(host)])
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        return key, self._sign(host, key.public_key(), until, [names, issuer])

    def server(self, folder: Path, host, **more) -> ssl.SSLContext:
        """A server's context that shows a certificate for `host` and the authority's own."""
        key, certificate = self.issue(host, **more)
        private = key.private_bytes(
            PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        path = folder / f"{self.name}-{host}.pem"
        shown = certificate.public_bytes(PEM) + self.certificate.public_bytes(PEM)
        path.write_bytes(shown + private)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        self.shown = [certificate.public_bytes(DER), self.certificate.public_bytes(DER)]
        return context

    def file(self, folder: Path) -> str:
        """A file with the authority's certificate."""
        path = folder / f"{self.name}-ca.pem"
        path.write_bytes(self.certificate.public_bytes(PEM))
        return str(path)

    def _sign(self, name, public_key, until, extensions):
        builder = (
            x509.CertificateBuilder()
            .subject_name(_name(name))
            .issuer_name(_name(self.name))
            .public_key(public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(START)
            .not_valid_after(until)
        )
        for extension in extensions:
            is_critical = not isinstance(
                extension, x509.SubjectAlternativeName | x509.AuthorityKeyIdentifier
            )
            builder = builder.add_extension(extension, critical=is_critical)
        return builder.sign(self.key, hashes.SHA256())
