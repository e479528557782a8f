"""What a suppression is, and the form in which addresses are compared."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from kernel.dns import names
from mailcore.delivery.suppression import errors
from mailcore.protocol import addresses
from mailcore.protocol.addresses import InvalidAddress


class Scope(StrEnum):
    """How far a suppression reaches: everybody's mail, a reseller's, or one stream of it."""

    GLOBAL = "global"
    RESELLER = "reseller"
    STREAM = "stream"


class Reason(StrEnum):
    """Why an address is suppressed."""

    HARD_BOUNCE = "hard_bounce"
    QUOTA = "quota"
    COMPLAINT = "complaint"
    UNSUBSCRIBED = "unsubscribed"
    MANUAL = "manual"
    LAW = "law"


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """One entry; `reseller_id` is None for a global one, `stream` '' for any but a stream's."""

    id: UUID
    address: str
    scope: str
    reseller_id: UUID | None
    stream: str
    reason: str
    note: str
    created_at: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A suppression to be written; `address` in its comparable form."""

    address: str
    scope: Scope
    reason: Reason
    reseller_id: UUID | None = None
    stream: str = ""
    note: str = ""
    event_id: UUID | None = None
    until: datetime | None = None


def comparable(address: str) -> str:
    """Local part without case, domain as A-labels; raises InvalidAddress.

    Two spellings that every large provider takes for one mailbox become one text.
    """
    local, domain = addresses.split(address.strip())
    local = unicodedata.normalize("NFC", local).lower()
    if len(local.encode()) > 64:
        raise InvalidAddress("local_too_long")
    if not local.isprintable():
        raise InvalidAddress("local_part")
    try:
        return f"{local}@{names.normalise(domain)}"
    except names.InvalidName as error:
        raise InvalidAddress("domain") from error


def key_of(address: str) -> str:
    """The same for what a person or a program wrote; raises errors.InvalidAddress."""
    try:
        return comparable(address)
    except InvalidAddress as error:
        raise errors.InvalidAddress(field="address", reason=error.code) from error
