"""Readers of mail facts: each keeps a cursor that stays below running transactions."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from psycopg import Connection
from psycopg.rows import TupleRow
from psycopg_pool import ConnectionPool

from kernel import outbox
from mailcore.delivery.statements import statement

_CURSOR, _MOVE = statement("cursor_lock"), statement("cursor_move")
#: Every reader's statement begins with it.
_FRESH = statement("fresh_facts")
_COUNT, _SUM = statement("count_received"), statement("sum_hours")
BATCH = 5000
#: A task ends well before a minute; what is left is read by the next one.
MAX_BATCHES = 20

Rows = Sequence[tuple[Any, ...]]
#: Opens a transaction and gives its cursor.
Session = Callable[[], AbstractContextManager[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What a reader's statement made of `events` facts; read again, it has the same `name`.

    What is written with `cursor` is in one transaction with the reader's progress.
    """

    cursor: Any
    rows: Rows
    events: int
    name: str


@contextmanager
def as_worker() -> Iterator[Any]:
    """A transaction of the task's own database session."""
    with transaction.atomic(), connection.cursor() as cursor:
        yield cursor


@contextmanager
def as_delivery() -> Iterator[Any]:
    """A transaction of role delivery, which sees and writes what no reseller's role may."""
    with _delivery().connection() as session, session.cursor() as cursor:
        yield cursor


@cache
def _delivery() -> ConnectionPool[Connection[TupleRow]]:
    """Kept, since a fresh session plans over all partitions for longer than it reads."""
    return ConnectionPool(
        settings.DSN("delivery"),
        min_size=1,
        max_size=2,
        timeout=5,
        open=True,
        check=ConnectionPool.check_connection,
    )


def count_mail() -> int:
    """Publish `mail.counted` for what was accepted since the last time; events read."""
    return follow("usage", _COUNT, handle=_publish_counts)


def sum_hours() -> int:
    """Add the facts since the last time to the sums of their hours; events read."""
    return follow("hours", _SUM)


def follow(
    reader: str,
    query: str,
    *,
    handle: Callable[[Batch], None] | None = None,
    parameters: Mapping[str, Any] | None = None,
    session: Session = as_worker,
) -> int:
    """Read on from the reader's cursor; how many events.

    `query` goes on after fresh_facts.sql, takes `parameters`, and its rows begin with `reach`. What it
    and `handle` write and the cursor's move are one transaction for each batch: nothing counts twice.
    """
    total = 0
    for _ in range(MAX_BATCHES):
        with session() as cursor:
            read = _read_batch(cursor, reader, query, handle, parameters or {})
        total += read
        if read < BATCH:
            break
    return total


def _read_batch(
    cursor: Any,
    reader: str,
    query: str,
    handle: Callable[[Batch], None] | None,
    parameters: Mapping[str, Any],
) -> int:
    cursor.execute(
        "INSERT INTO public.delivery_cursor (reader) VALUES (%s) ON CONFLICT DO NOTHING", [reader]
    )
    cursor.execute(_CURSOR, {"reader": reader})
    xid, seq = cursor.fetchone()
    cursor.execute(_FRESH + query, {**parameters, "xid": xid, "seq": seq, "batch": BATCH})
    rows = cursor.fetchall()
    if not rows:
        return 0
    events, last_xid, last_seq = rows[0][:3]
    if handle:
        # Facts of which none concerns this reader are one row of nothing.
        told = [row[3:] for row in rows if row[3] is not None]
        handle(Batch(cursor=cursor, rows=told, events=events, name=f"{last_xid}-{last_seq}"))
    cursor.execute(_MOVE, {"reader": reader, "xid": last_xid, "seq": last_seq})
    return int(events)


def _publish_counts(batch: Batch) -> None:
    for row in batch.rows:
        _publish(row, revision=batch.name)


def _publish(group: tuple[Any, ...], *, revision: str) -> None:
    organisation_id: UUID
    reseller_id, organisation_id, from_domain, stream, hour, quantity = group
    bucket = f"{hour}:{organisation_id}:{from_domain}:{stream}"
    outbox.publish(
        "mail.counted",
        subject=f"mail:{organisation_id}",
        reseller_id=reseller_id,
        data={
            "organisation_id": str(organisation_id),
            "from_domain": from_domain,
            "stream": stream,
            "hour": hour,
            "quantity": quantity,
            "key": f"mail:{bucket}:{revision}",
        },
    )
