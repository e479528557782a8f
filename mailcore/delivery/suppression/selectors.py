"""Read suppressions: a reseller its own, acceptance whether an address is among them."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from kernel import clock
from kernel.errors import NotFound
from kernel.tenancy import current_reseller_id
from mailcore.delivery.statements import statement
from mailcore.delivery.suppression.entries import Suppression, key_of

_LIST = statement("list_suppressions")
PAGE = 50
COLUMNS = (
    "id", "address", "scope", "reseller_id", "stream", "reason", "note", "created_at", "until",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """Which entries are asked for; '' is any. `search` is a part of the address."""

    address: str = ""
    stream: str = ""
    reason: str = ""
    search: str = ""


_ANY = Sought()


def list_suppressions(
    sought: Sought = _ANY, *, before: UUID | None = None, limit: int = PAGE
) -> list[Suppression]:
    """The current reseller's, newest first; `before` is the last id of the page before.

    Raises InvalidAddress.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LIST, {
            "stream": sought.stream, "reason": sought.reason, "search": sought.search.strip(),
            "address": key_of(sought.address) if sought.address else "",
            "before": before, "limit": limit, "now": clock.now(),
        })  # fmt: skip
        return [Suppression(**dict(zip(COLUMNS, row, strict=True))) for row in cursor.fetchall()]


def suppressed_among(addresses: Sequence[str], *, stream: str) -> dict[str, str]:
    """Address → reason, of those that get no mail of this stream of the current reseller."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT address, reason FROM sec.suppressed_among(%s, %s, %s)",
            [current_reseller_id(), stream, list(addresses)],
        )
        return dict(cursor.fetchall())


def get_suppression(address: str, *, stream: str = "") -> Suppression:
    """The current reseller's entry for an address: for one stream, or for all; raises NotFound."""
    for entry in list_suppressions(Sought(address=address, stream=stream)):
        if entry.stream == stream:
            return entry
    raise NotFound
