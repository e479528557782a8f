"""The header of submitted mail: whose it is, whether it may go on, and what nobody else shall see."""

import re
from dataclasses import dataclass

from kernel import clock
from mailcore.delivery.accept.errors import NotAccepted
from mailcore.protocol import headers, identity, line_ends, sender_rule
from mailcore.protocol.bounds import MAX_FIELD, MAX_FIELDS, MAX_HEADER, MAX_HOPS
from mailcore.protocol.headers import Field

#: Fields and bytes that may come on top of the client's: identity, trace, ends of broken lines.
_OURS_FIELDS, _OURS_BYTES = 2, 10_000
#: What mail through Postfix's queue would lose in cleanup, which this mail never sees.
_DROPPED = {"bcc", "resent-bcc", "content-length", "return-path"}
#: How Postfix and others name a client in a trace field.
_CLIENT = re.compile(rb"[^:]+:\s*from\s+\S+\s+\(\S+ \[[^]]+\]\)")
_NOBODY = b"Received: from submission (authenticated)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitted:
    """The login that the sender policy vouched for, fields as they go on, and the rest.

    `other_names` are senders that are not the login's own: aliases, or it may not send.
    """

    login: str
    other_names: frozenset[str]
    fields: list[Field]
    rest: bytes


def read(message: bytes, *, key: bytes, envelope_from: str) -> Submitted:
    """Judge the header while the client waits; raises NotAccepted."""
    fields, rest = _split(message)
    place = next((n for n, field in enumerate(fields) if _is_identity(field)), None)
    if place is None:
        raise NotAccepted("4.7.0", "Message carries no identity of the submission service")
    login = _login(fields[place].value, key=key, envelope_from=envelope_from)
    # Postfix puts the identity on top, and its trace field right below.
    below = fields[place + 1 :]
    has_trace = bool(below) and below[0].name == "received"
    theirs = [*fields[:place], *below[has_trace:]]
    _require_bounds(theirs)
    from_values = headers.values_of(theirs, "from")
    if not from_values:  # simple devices leave it out
        theirs.append(headers.make("From", f"<{envelope_from or login}>"))
        from_values = [theirs[-1].value]
    try:
        others = sender_rule.other_names(
            login=login, envelope_from=envelope_from, from_values=from_values
        )
    except sender_rule.SenderFault as fault:
        raise NotAccepted("5.7.1", str(fault), code=550) from fault
    kept = [_without_client(field) for field in theirs if _may_go_on(field)]
    trace = [_without_start(below[0])] if has_trace else []
    return Submitted(login=login, other_names=others, fields=[*trace, *kept], rest=rest)


def _is_identity(field: Field) -> bool:
    return field.name == identity.HEADER.lower()


def _may_go_on(field: Field) -> bool:
    return field.name not in _DROPPED and not field.name.startswith(identity.PREFIX)


def _split(message: bytes) -> tuple[list[Field], bytes]:
    try:
        return headers.split(
            line_ends.clean(message),
            most_fields=MAX_FIELDS + _OURS_FIELDS,
            most_bytes=MAX_HEADER + _OURS_BYTES,
        )
    except headers.HeaderTooBig as error:
        raise _too_big() from error


def _login(value: str, *, key: bytes, envelope_from: str) -> str:
    """The login of the first identity field; whatever stands below it is not ours."""
    now = int(clock.now().timestamp())
    try:
        return identity.check(value, key=key, envelope_from=envelope_from, now=now).login
    except identity.IdentityRefused as refused:
        raise NotAccepted("4.7.0", f"Identity of the submission refused: {refused}") from refused


def _require_bounds(fields: list[Field]) -> None:
    sizes = [len(field.raw) for field in fields]
    if len(sizes) > MAX_FIELDS or sum(sizes) > MAX_HEADER or max(sizes, default=0) > MAX_FIELD:
        raise _too_big()
    if sum(field.name == "received" for field in fields) > MAX_HOPS:
        raise NotAccepted("5.4.6", "Too many Received fields: mail loop", code=550)


def _too_big() -> NotAccepted:
    return NotAccepted("5.3.4", "The header is bigger than this system takes", code=552)


def _without_client(field: Field) -> Field:
    """A trace field that the client brought along: nobody learns where a person wrote."""
    found = _CLIENT.match(field.raw) if field.name == "received" else None
    return field if found is None else _trace(field.raw[found.end() :])


def _without_start(field: Field) -> Field:
    """Postfix's own trace field from its second line on.

    Before that stand the client's address and its HELO, of which no pattern is sure. Only Postfix
    begins a line with a tab there: a line that `clean` broke goes on after a space.
    """
    _, tab, rest = field.raw.partition(b"\r\n\t")
    return _trace(tab + rest if tab else b"\r\n")


def _trace(rest: bytes) -> Field:
    return Field(name="received", raw=_NOBODY + rest)
