"""What broke a connection, in words: senders read them in notifications, operators in traces."""

import os
import ssl


def said(error: BaseException) -> str:
    """One line without the numbers and places that Python puts around it."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the certificate is not trusted: {error.verify_message}"
    if isinstance(error, ssl.SSLError) and error.reason:
        return f"TLS failed: {error.reason.replace('_', ' ').lower()}"
    if isinstance(error, OSError) and error.errno and not isinstance(error, ssl.SSLError):
        return os.strerror(error.errno)
    return str(error) or ("timed out" if isinstance(error, TimeoutError) else type(error).__name__)
