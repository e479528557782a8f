"""Read the queue and the ledger across resellers: for operators, as role delivery."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
from django.conf import settings
from psycopg.rows import class_row, dict_row

from mailcore.delivery.statements import statement

_AUDIT, _DUPLICATES, _TRACE = statement("audit"), statement("duplicates"), statement("trace")
MOST_DUPLICATES = 100
#: Hashes of a million rows fit, so that each table is read once.
_OPTIONS = "-c work_mem=128MB -c application_name=livery-audit"


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueAudit:
    """What was accepted and where it is.

    `received` is counted in the events, `states` in the ledger, `queue` in the queue. `lost` is
    queued in the ledger and missing from the queue, `stray` the reverse. `before`: how those ended
    that are no longer kept.
    """

    received: int
    accepted: int
    states: dict[str, int]
    queue: dict[str, int]
    lost: int
    stray: int
    before: dict[str, int]

    @property
    def is_sound(self) -> bool:
        """Received = accepted = sum of states, and the queue holds exactly what is queued."""
        queued = self.states.get("queued", 0)
        return (
            self.received == self.accepted == sum(self.states.values())
            and queued == sum(self.queue.values())
            and not self.lost
            and not self.stray
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PossibleDuplicate:
    """A recipient that may have got a message more than once, and the tries that say so.

    `doubtful` is how many such recipients there are in all.
    """

    id: UUID
    address: str
    copies: int
    causes: Sequence[str]
    doubtful: int


def audit_queue() -> tuple[QueueAudit, list[PossibleDuplicate]]:
    """Count everything in one snapshot; at most MOST_DUPLICATES of the possible duplicates."""
    with psycopg.connect(settings.DSN("delivery"), options=_OPTIONS) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        with connection.cursor(row_factory=class_row(QueueAudit)) as cursor:
            audit = cursor.execute(_AUDIT).fetchone()
        with connection.cursor(row_factory=class_row(PossibleDuplicate)) as cursor:
            duplicates = cursor.execute(_DUPLICATES, {"limit": MOST_DUPLICATES}).fetchall()
    assert audit is not None
    return audit, duplicates


def trace(wanted: str) -> list[dict[str, Any]]:
    """One row per attempt of the messages with this Message-ID or id; rows of sql/trace.sql."""
    bare = wanted.strip().strip("<>")
    with (
        psycopg.connect(settings.DSN("delivery")) as connection,
        connection.cursor(row_factory=dict_row) as cursor,
    ):
        names = {"id": _uuid(bare), "bare": bare, "bracketed": f"<{bare}>"}
        return cursor.execute(_TRACE, names).fetchall()


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
