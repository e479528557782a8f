"""Every line ends in CRLF and fits, from acceptance on: before signing, before dot-stuffing."""

import re
from collections.abc import Iterator

from mailcore.protocol import smtp_data

#: Octets of a line without its CRLF (RFC 5322 §2.1.1, RFC 5321 §4.5.3.1.6).
LONGEST = 998

_HEADER_END = re.compile(rb"\r?\n\r?\n")
_BARE_CR = re.compile(rb"\r(?!\n)")


def clean(message: bytes) -> bytes:
    """The message with CRLF only and without NUL, which RFC 5321 §2.3.8 and §4.1.1.4 forbid.

    A bare CR inside the header block becomes a space: as a line end it would make new fields out
    of what its writer may have seen as one. A longer line than may be sent is broken as Postfix
    breaks it, by CRLF and a space: a server that breaks it later would break the signatures too.
    """
    message = _with_crlf(message.replace(b"\0", b""))
    if not _has_long_line(message):
        return message
    return b"\r\n".join(part for line in message.split(b"\r\n") for part in _parts(line))


def _with_crlf(message: bytes) -> bytes:
    pairs, returns = message.count(b"\r\n"), message.count(b"\r")
    if pairs == returns == message.count(b"\n") and message.endswith(b"\r\n"):
        return message  # the usual case, found by counting: a search takes ten times as long
    if returns != pairs:
        match = _HEADER_END.search(message)
        end = match.start() if match else len(message)
        message = _BARE_CR.sub(b" ", message[:end]) + message[end:]
    return smtp_data.normalise(message)


def _has_long_line(message: bytes) -> bool:
    """Looks from line end to line end, as far apart as they may be: a few steps for a letter."""
    at, longest = 0, LONGEST + len(b"\r\n")
    while len(message) - at > longest:
        end = message.rfind(b"\n", at, at + longest)
        if end < 0:
            return True
        at = end + 1
    return False


def _parts(line: bytes) -> Iterator[bytes]:
    """The line in parts that fit, each but the first after a space, none cut within a character."""
    start, space = 0, b""
    while len(line) - start > LONGEST - len(space):
        end = start + LONGEST - len(space)
        end -= next((back for back in range(4) if line[end - back] & 0xC0 != 0x80), 0)
        yield space + line[start:end]
        start, space = end, b" "
    yield space + line[start:]
