"""The client's MAIL, RCPT and BDAT as bytes, one command each (RFC 5321 §4.1.1, 3030, 6531)."""

import re
from collections.abc import Iterable

from kernel.dns import names

#: An address as it may stand between the angle brackets; anything else could end the command.
_PATH = re.compile(r'(?:"(?:[^"\\\x00-\x1f\x7f]|\\[^\x00-\x1f\x7f])*"|[^"<>\s\\\x00-\x1f\x7f])*')
_PARAMETER = re.compile(r"[^\s\x00-\x1f\x7f]+")
#: RFC 5321 §4.5.3.1.3 has 256; senders with VERP and long domains are let through a little above.
MAX_PATH = 512


def is_path(address: str) -> bool:
    """Whether the address can be sent as it is; the empty one is the null sender."""
    return len(address.encode("utf-8", "replace")) <= MAX_PATH and bool(_PATH.fullmatch(address))


def in_ascii(address: str) -> str | None:
    """The address for a server without SMTPUTF8: its domain in A-labels; None: impossible.

    The local part is the receiving system's own text: nothing may be put in its place.
    """
    local, at, domain = address.rpartition("@")
    if not local.isascii():
        return None
    if domain.isascii():
        return address
    try:
        return f"{local}{at}{names.normalise(domain)}"
    except names.InvalidName:
        return None


def mail(sender: str, *, parameters: Iterable[str] = ()) -> bytes:
    """MAIL; raises ValueError for what `is_path` denies."""
    return _command("MAIL FROM", sender, parameters)


def rcpt(recipient: str, *, parameters: Iterable[str] = ()) -> bytes:
    """RCPT; raises ValueError for what `is_path` denies."""
    return _command("RCPT TO", recipient, parameters)


def bdat(content: bytes) -> bytes:
    """The whole content as one last chunk: it is counted, so no byte of it can end it early."""
    return b"BDAT %d LAST\r\n%b" % (len(content), content)


def _command(verb: str, path: str, parameters: Iterable[str]) -> bytes:
    if not is_path(path):
        raise ValueError(f"{path!r} cannot stand in a command")
    # A parameter that is none is only left out: the command means the same without.
    words = [f"{verb}:<{path}>", *(word for word in parameters if _PARAMETER.fullmatch(word))]
    return (" ".join(words) + "\r\n").encode()
