"""Mail addresses in the one form that is stored (RFC 5321 §4.1.2; domains as A-labels)."""

import re
import unicodedata
from functools import lru_cache

from kernel.dns import names

_ATEXT = r"[a-z0-9!#$%&'*/=?^_`{|}~+-]+"
_DOT_ATOM = re.compile(rf"{_ATEXT}(\.{_ATEXT})*")
#: What a mailbox of ours may be called: letters, digits, and single `.`, `_` or `-` between them.
_MAILBOX = re.compile(r"[a-z0-9]+([._-][a-z0-9]+)*")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
#: What may stand before the @ of an envelope without ending it: a string of atoms and dots, UTF-8
#: as well (RFC 6531 §3.3), or a quoted string.
_LOCAL = re.compile(
    r"""[^\x00-\x20\x7f"(),:;<>@\[\\\]]+|"(?:[^\x00-\x1f\x7f"\\]|\\[\x20-\x7e])+\""""
)
_ATOM = r"""[^\x00-\x20\x7f"(),.:;<>@\[\\\]]+"""
_DOT_STRING = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_NAMED = re.compile(r'(?:"((?:[^"\\]|\\.)*)"\s*|([^"<>]*))<([^<>]*)>')


class InvalidAddress(ValueError):
    """A text that is no mail address; `code` says why."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def normalise(text: str) -> str:
    """`local@domain` in its stored form; raises InvalidAddress.

    The local part is folded to lower case, which RFC 5321 leaves to the receiving system: for
    addresses that we host, never to rewrite a remote recipient.
    """
    local, domain = split(text.strip())
    local = unicodedata.normalize("NFC", local).lower()
    if len(local.encode()) > 64:
        raise InvalidAddress("local_too_long")
    if not _DOT_ATOM.fullmatch(local):
        raise InvalidAddress("local_part")
    try:
        return f"{local}@{names.normalise(domain)}"
    except names.InvalidName as error:
        raise InvalidAddress("domain") from error


def sendable(text: str) -> str:
    """An address that mail can be sent to: local part as given, domain as A-labels.

    Nothing in it ends an SMTP argument or a header line. Raises InvalidAddress.
    """
    local, at, domain = text.rpartition("@")
    if not at or not local or not domain:
        raise InvalidAddress("no_at_sign")
    if len(local.encode()) > 64:
        raise InvalidAddress("local_too_long")
    if not _LOCAL.fullmatch(local) or not local.isprintable():
        raise InvalidAddress("local_part")
    return f"{local}@{_stored_domain(domain)}"


@lru_cache(maxsize=10_000)
def _stored_domain(domain: str) -> str:
    try:
        return names.normalise(domain)
    except names.InvalidName as error:
        raise InvalidAddress("domain") from error


def is_line(text: str) -> bool:
    """Whether a text can stand in a header: nothing in it ends a line for any reader."""
    return not _CONTROL.search(text)


def named(text: str) -> tuple[str, str]:
    """Name ('' without one) and sendable address of `Name <a@b>`, `"Name" <a@b>` or `a@b`.

    Raises InvalidAddress.
    """
    found = _NAMED.fullmatch(text.strip())
    if found is None:
        return "", sendable(text.strip())
    quoted, plain, address = found.groups()
    name = _out_of_quotes(quoted) if quoted is not None else plain
    if not is_line(name):
        raise InvalidAddress("name")
    return name.strip(), sendable(address.strip())


def split(text: str) -> tuple[str, str]:
    """Local part (out of its quotes where they are not needed) and domain as written."""
    local, at, domain = text.rpartition("@")
    if not at or not local or not domain:
        raise InvalidAddress("no_at_sign")
    quoted = _QUOTED.fullmatch(local)
    return (_out_of_quotes(quoted[1]) if quoted else local), domain


def without_idle_quotes(path: str) -> str:
    """An envelope address, its local part out of quotes that it does not need (RFC 5321 §4.1.2)."""
    plain = internal(path)
    return plain if _DOT_STRING.fullmatch(plain.rpartition("@")[0]) else path


def internal(path: str) -> str:
    """An envelope address out of all quotes: the form in which two spellings are compared."""
    local, _, domain = path.rpartition("@")
    quoted = _QUOTED.fullmatch(local)
    return f"{_out_of_quotes(quoted[1])}@{domain}" if quoted else path


def _out_of_quotes(quoted: str) -> str:
    return re.sub(r"\\(.)", r"\1", quoted)


def mailbox_local_part(text: str) -> str:
    """A local part that a mailbox of ours may have; raises InvalidAddress.

    `+` is the subaddress separator (RFC 5233), so no mailbox's own name holds one.
    """
    local = unicodedata.normalize("NFC", text.strip()).lower()
    if len(local) > 64:
        raise InvalidAddress("local_too_long")
    if not _MAILBOX.fullmatch(local):
        raise InvalidAddress("local_part")
    return local
