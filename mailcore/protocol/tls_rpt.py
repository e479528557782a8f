"""What TLS reports count (RFC 8460): result types, and which one an error of TLS is."""

import ssl
from typing import Literal

#: RFC 8460 §4.3; the empty text is a session that went well.
ResultType = Literal[
    "",
    "starttls-not-supported",
    "certificate-host-mismatch",
    "certificate-expired",
    "certificate-not-trusted",
    "validation-failure",
    "tlsa-invalid",
    "dnssec-invalid",
    "dane-required",
    "sts-policy-fetch-error",
    "sts-policy-invalid",
    "sts-webpki-invalid",
]
#: RFC 8460 §4.2: which policy a session was held against.
PolicyType = Literal["sts", "tlsa", "no-policy-found"]

# OpenSSL's X509_V_ERR_CERT_HAS_EXPIRED and X509_V_ERR_HOSTNAME_MISMATCH.
_BY_CODE: dict[int, ResultType] = {
    10: "certificate-expired",
    62: "certificate-host-mismatch",
}


def result_of(error: BaseException) -> ResultType:
    """The result type of a handshake that failed; `validation-failure` when nothing fits better."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return _BY_CODE.get(error.verify_code, "certificate-not-trusted")
    return "validation-failure"
