"""What a sender wants of TLS on the whole way (RFC 8689)."""

from collections.abc import Iterable
from typing import Literal

from mailcore.protocol import headers
from mailcore.protocol.headers import Field

#: True: REQUIRETLS, rather back than over an unproven line. False: `TLS-Required: No`, rather
#: over any line than back. None: what the recipient's domain has published decides.
Wish = bool | None
Ruling = Literal["send", "unsupported", "unproven"]


def wish_of(is_required: bool, fields: Iterable[Field]) -> Wish:
    """REQUIRETLS wins over the header field that waives TLS (RFC 8689 §4.1)."""
    if is_required:
        return True
    waived = [value.lower() for value in headers.values_of(fields, "tls-required")] == ["no"]
    return False if waived else None


def ruling(wish: Wish, *, is_offered: bool, is_proven: bool) -> Ruling:
    """Whether a message may go over a session (RFC 8689 §4.2.1).

    `is_offered`: the server has said REQUIRETLS; `is_proven`: TLS with a verified certificate.
    """
    if not wish:
        return "send"
    if not is_proven:
        return "unproven"
    return "send" if is_offered else "unsupported"
