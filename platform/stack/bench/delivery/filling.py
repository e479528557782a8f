"""A big queue in little time: recipients by SQL for messages that were really accepted."""

import time
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from uuid import UUID

import psycopg

from stack.bench.delivery.traffic import Traffic, draws, zipf
from stack.client.endpoints import Endpoints

#: Recipients of one statement.
AT_ONCE = 20_000
#: Readers of mail facts catch up in so many seconds, or the bench says that they did not.
PATIENCE = 90.0
_TABLES = ("queue_entry", "active_pair", "recipient", "message", "message_body", "delivery_event")
_SEEDS = """
SELECT array_agg(m.id ORDER BY m.id) FROM public.message m
JOIN public.queue_entry q ON q.message_id = m.id WHERE m.submitter = %(login)s
"""
_DELIVERED = """
SELECT count(*) FROM public.recipient r JOIN public.message m ON m.id = r.message_id
WHERE r.status = 'delivered' AND m.submitter = %(login)s
"""
_BEHIND = """
SELECT count(*) FROM public.delivery_event e WHERE EXISTS (
  SELECT FROM public.delivery_cursor c WHERE (e.xid, e.seq) > (c.xid, c.seq))
"""


def fill(
    endpoints: Endpoints, traffic: Traffic, *, login: str, count: int, first: int
) -> tuple[float, int]:
    """Queue COUNT recipients, numbered from FIRST, for the messages of LOGIN that are queued.

    Returns the seconds it took and how many events readers had not read yet when their time was up.
    """
    began = time.monotonic()
    ranks = draws(zipf(traffic.domains), count=count, seed=traffic.seed)
    names = [traffic.domain(rank) for rank in range(traffic.domains)]
    sql = Path(str(endpoints.raw["checkout"])) / "platform" / "deploy" / "bench" / "fill.sql"
    statement = sql.read_text(encoding="utf-8").encode()
    with psycopg.connect(str(endpoints.raw["dsn"]["delivery"]), autocommit=True) as connection:
        row = connection.execute(_SEEDS, {"login": login}).fetchone()
        seeds: Sequence[UUID] = row[0] if row and row[0] else ()
        assert seeds, f"{login} has nothing in the queue"
        at = connection.execute("SELECT now()").fetchone()
        for number in range(first, first + count, AT_ONCE):
            some = list(islice(ranks, AT_ONCE))
            told = {
                "seeds": seeds,
                "at": at[0] if at else None,
                "numbers": list(range(number, number + len(some))),
                "domains": [names[rank] for rank in some],
            }
            connection.execute(statement, told)
    seconds = time.monotonic() - began
    with psycopg.connect(str(endpoints.raw["dsn"]["owner"]), autocommit=True) as connection:
        # As autovacuum would have it by the time that a queue has grown so big.
        for table in _TABLES:
            connection.execute(f"VACUUM ANALYZE public.{table}".encode())
        return seconds, _until_read(connection)


def delivered(endpoints: Endpoints, *, login: str) -> int:
    """Return how many recipients of this login's messages the ledger calls delivered."""
    with psycopg.connect(str(endpoints.raw["dsn"]["delivery"])) as connection:
        row = connection.execute(_DELIVERED, {"login": login}).fetchone()
    return int(row[0]) if row else 0


def _until_read(connection: psycopg.Connection) -> int:
    """Wait until every reader has read all events; how many the slowest has not."""
    until = time.monotonic() + PATIENCE
    while True:
        row = connection.execute(_BEHIND).fetchone()
        behind = int(row[0]) if row else 0
        if not behind or time.monotonic() > until:
            return behind
        time.sleep(1)
