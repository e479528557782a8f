"""Read suppressions: a reseller its own, acceptance whether an address is among them."""

from collections.abc import Sequence
from uuid import UUID

from django.db import connection

from kernel import clock
from kernel.tenancy import current_reseller_id
from mailcore.delivery.statements import statement
from mailcore.delivery.suppression.entries import Suppression

_LIST = statement("list_suppressions")
COLUMNS = (
    "id", "address", "scope", "reseller_id", "stream", "reason", "note", "created_at", "until",
)  # fmt: skip
MOST = 200


def list_suppressions(
    *, stream: str = "", search: str = "", before: UUID | None = None, limit: int = MOST
) -> list[Suppression]:
    """The current reseller's, newest first; `before` is the last id of the page before."""
    with connection.cursor() as cursor:
        cursor.execute(_LIST, {
            "stream": stream, "search": search.strip(), "before": before,
            "limit": min(limit, MOST), "now": clock.now(),
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
