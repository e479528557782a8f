"""Suppressions as the parameters of the one statement that writes them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from kernel import ids
from mailcore.delivery.statements import statement
from mailcore.delivery.suppression.entries import Entry

SUPPRESS = statement("suppress")
#: Characters of a server's words, or of a person's, that an entry keeps.
LONGEST_NOTE = 300


def parameters(entries: Sequence[Entry], *, now: datetime) -> dict[str, Any]:
    """What `SUPPRESS` is run with."""
    return {
        "now": now,
        "id": [ids.uuid7() for _ in entries],
        "address": [entry.address for entry in entries],
        "scope": [entry.scope.value for entry in entries],
        "reseller_id": [entry.reseller_id for entry in entries],
        "stream": [entry.stream for entry in entries],
        "reason": [entry.reason.value for entry in entries],
        "note": [entry.note[:LONGEST_NOTE] for entry in entries],
        "event_id": [entry.event_id for entry in entries],
        "until": [entry.until for entry in entries],
    }
