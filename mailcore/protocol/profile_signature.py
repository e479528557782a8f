"""The signature that makes a configuration profile “verified” (CMS, RFC 5652)."""

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.hazmat.primitives.serialization.pkcs7 import (
    PKCS7Options,
    PKCS7SignatureBuilder,
)


def signed(profile: bytes, *, chain: bytes, key: bytes) -> bytes:
    """The profile within a CMS signature (RFC 5652 §5), DER.

    `chain`: PEM, the signer's certificate first; `key`: its private key as PEM. Raises ValueError
    when they cannot be read.
    """
    signer, *others = x509.load_pem_x509_certificates(chain)
    private = load_pem_private_key(key, password=None)
    if not isinstance(private, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise ValueError("a profile is signed with an RSA or an EC key")  # noqa: TRY004 - the file is wrong
    builder = PKCS7SignatureBuilder().set_data(profile).add_signer(signer, private, SHA256())
    for certificate in others:
        builder = builder.add_certificate(certificate)
    return builder.sign(Encoding.DER, [PKCS7Options.Binary])
