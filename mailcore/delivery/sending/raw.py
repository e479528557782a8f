"""A whole message that a program wrote itself: looked at, and freed of what only we write."""

from collections.abc import Sequence
from dataclasses import dataclass

from mailcore.delivery.accept.batch import domain_of
from mailcore.delivery.sending.errors import MessageInvalid, TooLarge
from mailcore.delivery.sending.given import LARGEST_MESSAGE
from mailcore.protocol import bulk_headers, headers, identity, line_ends, sender_rule
from mailcore.protocol.bounds import MAX_FIELDS, MAX_HEADER, MAX_HOPS
from mailcore.protocol.headers import Field

#: Bcc would tell each reader of the others; the rest of these is written by the server that delivers.
_DROPPED = frozenset({"bcc", "resent-bcc", "return-path", "cfbl-address", "cfbl-feedback-id"})
_AT = "raw"


@dataclass(frozen=True, slots=True, kw_only=True)
class RawMessage:
    """Header fields, the rest from the empty line on, and the From domain as it is stored."""

    fields: list[Field]
    rest: bytes
    from_domain: str


def read(message: bytes) -> RawMessage:
    """The message with lines as they are sent; raises MessageInvalid, TooLarge."""
    if len(message) > LARGEST_MESSAGE:
        raise TooLarge(field=_AT)
    clean = line_ends.clean(message)
    fields, rest = headers.split(clean)
    _require_bounds(fields, clean, rest)
    fault = bulk_headers.fault_of(fields)
    if fault is not None:
        message_ = f"The field {fault} is missing, doubled or malformed."
        raise MessageInvalid(message_, field=_AT, header=fault)
    domain = bulk_headers.from_domain(fields, stored=domain_of)
    _require_same_sender(fields, domain)
    kept = [one for one in fields if one.name not in _DROPPED and not _is_ours(one)]
    return RawMessage(fields=kept, rest=rest, from_domain=domain)


def _require_bounds(fields: Sequence[Field], message: bytes, rest: bytes) -> None:
    hops = sum(field.name == "received" for field in fields)
    if len(fields) > MAX_FIELDS or len(message) - len(rest) > MAX_HEADER or hops > MAX_HOPS:
        raise MessageInvalid("The header has more than any message needs.", field=_AT)


def _require_same_sender(fields: Sequence[Field], domain: str) -> None:
    """Sender is shown beside From by some programs: it may not name somebody else's domain."""
    for value in headers.values_of(fields, "sender"):
        found = sender_rule.addresses_in(value)
        if not found or any(domain_of(address) != domain for address in found):
            raise MessageInvalid("The field Sender names another domain.", field=_AT)


def _is_ours(field: Field) -> bool:
    return field.name.startswith(identity.PREFIX)
