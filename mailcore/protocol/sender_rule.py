"""Who may write as whom: the login's own address and its +tags, in the envelope and in From.

In which other names a login may write, its aliases, the database knows.
"""

import re
from collections.abc import Sequence

from mailcore.protocol.addresses import internal

#: Other names in one message; more are nobody's way to write.
_MOST_NAMES = 10
_NESTING = re.compile(r'[\\"()]')
#: Only where a word begins: a long one without an at sign would be looked through from each of its letters.
_ADDRESS = re.compile(r"(?<![^\s<>,;:@\[\]])[^\s<>,;:@\[\]]+@[^\s<>,;:@\[\]]+")


class SenderFault(ValueError):
    """This login may not send that, as one English sentence."""


def owns(login: str, address: str) -> bool:
    """Whether `address` is the login's own, or a +tag of it; letter case does not matter."""
    login, address = login.lower(), address.lower()
    local, at, domain = address.rpartition("@")
    return bool(at) and login in (address, f"{local.partition('+')[0]}@{domain}")


def addresses_in(value: str) -> list[str] | None:
    """The addr-specs of a From value (RFC 5322 §3.4), or None when it cannot be read surely.

    Stricter than the usual parsers on purpose: whatever looks like an address outside quotes and
    comments counts, so no reader of the message can find one in it that was not judged here.
    """
    bare = _without_quotes(value)
    # A backslash or a literal's bracket outside quotes makes readers disagree on where these begin.
    if bare is None or "\\" in bare or ("[" in bare and bare != value):
        return None
    found = _ADDRESS.findall(bare)
    return found if len(found) == bare.count("@") else None


def may_leave_as(*, login: str, envelope_from: str) -> bool:
    """Whether an envelope sender is the login's own; the null sender is everybody's."""
    return not envelope_from or owns(login, internal(envelope_from))


def other_names(*, login: str, envelope_from: str, from_values: Sequence[str]) -> frozenset[str]:
    """What a message names as its sender beside the login's own addresses, in lower case.

    Those have to be aliases that reach the login. Raises SenderFault for what none could allow.
    """
    if not login:
        raise SenderFault("Authentication required")
    if len(from_values) != 1:
        raise SenderFault("Exactly one From header is required")
    named = addresses_in(from_values[0])
    if not named:
        raise SenderFault("From header is not yours")
    if envelope_from:
        named.append(internal(envelope_from))
    others = frozenset(name.lower() for name in named if not owns(login, name))
    if len(others) > _MOST_NAMES:
        raise SenderFault("From header is not yours")
    return others


def _without_quotes(value: str) -> str | None:
    """The value without quoted strings and nested comments; None when one is left open."""
    if not _NESTING.search(value):
        return value  # the usual case
    kept: list[str] = []
    depth, quoted, position = 0, False, 0
    while position < len(value):
        character = value[position]
        position += 1
        if character == "\\" and (quoted or depth):
            position += 1
        elif character == '"' and not depth:
            quoted = not quoted
        elif character == "(" and not quoted:
            depth += 1
        elif character == ")" and depth:
            depth -= 1
        elif not quoted and not depth:
            kept.append(character)
    return None if quoted or depth else "".join(kept)
