"""The encoding of ENVID and ORCPT values (RFC 3461 §4)."""

import re

_FORM = re.compile(r"(?:[!-*,-<>-~]|\+[0-9A-F]{2})*")
_PLAIN = re.compile(rb"[!-*,-<>-~]")


def is_xtext(text: str) -> bool:
    """Whether `text` is well-formed xtext."""
    return _FORM.fullmatch(text) is not None


def decode(text: str) -> str:
    """What an xtext stands for; bytes that are not UTF-8 are replaced."""
    plain = re.sub(r"\+([0-9A-F]{2})", lambda match: chr(int(match[1], 16)), text)
    return plain.encode("latin-1", "replace").decode("utf-8", "replace")


def encode(text: str) -> str:
    """`text` as xtext."""
    return "".join(
        chr(byte) if _PLAIN.match(bytes([byte])) else f"+{byte:02X}" for byte in text.encode()
    )
