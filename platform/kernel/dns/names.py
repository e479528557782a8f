"""Domain names in the one form that is stored: lower-case A-labels without a trailing dot."""

import ipaddress
import re
import unicodedata

import idna

_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
#: IDEOGRAPHIC FULL STOP and its kin are dots to people who type them (RFC 3490 §3.1).
_DOTS = str.maketrans({"\u3002": ".", "\uff0e": ".", "\uff61": "."})


class InvalidName(ValueError):
    """A text that is no domain name; `code` says why."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def normalise(text: str) -> str:
    """The stored form of a host or mail domain (RFC 5890 A-labels, RFC 1035 lengths).

    Raises InvalidName with code empty, ip_address, too_long, label or idna.
    """
    name = unicodedata.normalize("NFC", text.strip()).translate(_DOTS).lower()
    name = name.removesuffix(".")
    if not name:
        raise InvalidName("empty")
    if _is_address(name):
        raise InvalidName("ip_address")
    if len(name) > 1000:
        raise InvalidName("too_long")
    name = ".".join(_a_label(label) for label in name.split("."))
    if len(name) > 253:
        raise InvalidName("too_long")
    if name.rpartition(".")[2].isdigit():
        raise InvalidName("ip_address")  # 10.1 and the like: resolvers read them as addresses
    return name


def display(name: str) -> str:
    """The form that people read (U-labels); the A-label where it cannot be shown."""
    return ".".join(_u_label(label) for label in name.split("."))


def is_at_or_below(name: str, ancestor: str) -> bool:
    """Whether `name` is `ancestor` itself or a name inside it; both normalised."""
    return name == ancestor or name.endswith(f".{ancestor}")


def _a_label(label: str) -> str:
    if not label:
        raise InvalidName("empty")
    if label.isascii() and not label.startswith("xn--"):
        if not _LABEL.fullmatch(label) or label[2:4] == "--":
            raise InvalidName("label")
        return label
    try:
        # Through the U-label and back, so that a twin in another spelling ends as the same text.
        shown = idna.decode(label) if label.isascii() else label
        return idna.encode(shown, uts46=True, std3_rules=True).decode("ascii").lower()
    except (idna.IDNAError, UnicodeError) as error:
        raise InvalidName("idna") from error


def _u_label(label: str) -> str:
    try:
        return idna.decode(label) if label.startswith("xn--") else label
    except (idna.IDNAError, UnicodeError):
        return label


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True
