"""Words for connections that broke."""

import errno
import ssl

import pytest

from mailcore.delivery.smtp.troubles import said
from mailcore.delivery.smtp.wire import ConnectionLost


def _untrusted() -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, "[SSL: CERTIFICATE_VERIFY_FAILED] … (_ssl.c:992)")
    error.verify_message = "self-signed certificate"
    return error


def _no_tls() -> ssl.SSLError:
    error = ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:992)")
    error.reason = "WRONG_VERSION_NUMBER"
    return error


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ConnectionRefusedError(errno.ECONNREFUSED, "Connect call failed"), "Connection refused"),
        (TimeoutError(), "timed out"),
        (TimeoutError(errno.ETIMEDOUT, ""), "Connection timed out"),
        (ConnectionLost("the other side closed the connection"), "the other side closed"),
        (_untrusted(), "the certificate is not trusted: self-signed certificate"),
        (_no_tls(), "TLS failed: wrong version number"),
        (ConnectionAbortedError(), "ConnectionAbortedError"),
    ],
)
def test_words_are_for_people(error: BaseException, words: str) -> None:
    assert said(error).startswith(words)
    assert "[" not in said(error)
