"""The queue is looked up by key, also by a plan that was made while the queue was empty."""

import re
from collections.abc import Iterator
from itertools import pairwise
from uuid import UUID

import psycopg
import pytest
from django.conf import settings
from psycopg.rows import TupleRow

from kernel import clock, ids
from mailcore.delivery.statements import PLANNED_ONCE, statement

SHARD = {"node": "node1", "shard": 0, "epoch": 1}
ROWS = {"recipients": [UUID(int=1)], "sequences": [1]}
CLAIM = {
    "after_pool": "", "after_site": "", "after_reseller": UUID(int=0), "now": clock.now(),
    "busy": ["full.test"], "pairs": 256, "quantum": 20, "batch": 100, "retry_quantum": 5,
    "retry_batch": 25, "lease": 45.0,
}  # fmt: skip
PARAMETERS = {
    "claim": SHARD | CLAIM,
    "hold": SHARD | ROWS | {"seconds": 900.0, "in_session": True},
    "put_off": ROWS | {"until": [clock.now()], "homes": [None]},
    "recover": ROWS | {"losses": 3, "spread": 60.0},
    "finish": {"results": "[]", "first_attempt": UUID(int=1), "last_attempt": UUID(int=2)},
}
BY_KEY = ("queue_entry_pkey", "queue_entry_fresh", "queue_entry_retried")


@pytest.fixture
def engine(database) -> Iterator[psycopg.Connection[TupleRow]]:
    """A connection like the engine's, after autovacuum came by an empty queue."""
    with psycopg.connect(settings.DSN("owner"), autocommit=True) as owner:
        owner.execute("VACUUM public.queue_entry")
    with psycopg.connect(settings.DSN("delivery"), options=PLANNED_ONCE) as connection:
        yield connection


@pytest.mark.parametrize("name", PARAMETERS)
def test_no_plan_reads_the_whole_queue(engine, acme, name):
    rows = engine.execute(f"EXPLAIN {statement(name)}", PARAMETERS[name]).fetchall()
    plan = [line for (line,) in rows]
    looks = [
        (line, below)
        for line, below in pairwise([*plan, ""])
        if "Scan" in line and " queue_entry" in line
    ]
    assert looks
    for line, below in looks:
        assert any(f"using {index}" in line for index in BY_KEY), line
        assert "Index Cond" in below, line


NOW = clock.now()
BOUNDS = {"first": ids.uuid7(), "last": ids.uuid7()}
OF_DAYS = {
    "claim": SHARD | CLAIM,
    "describe": {
        "recipients": [UUID(int=1)], "first_recipient": BOUNDS["first"], "last_recipient": BOUNDS["last"],
        "first_message": BOUNDS["first"], "last_message": BOUNDS["last"],
    },
    "finish": {"results": "[]", "first_attempt": BOUNDS["first"], "last_attempt": BOUNDS["last"]},
    "bodies": {"ids": [UUID(int=1)], **BOUNDS},
    "outcomes": {
        "recipients": [UUID(int=1)], "statuses": ["delivered"], "final_at": [NOW], "codes": [250],
        "enhanced": [""], "replies": [""], "attempts": [1], **BOUNDS,
    },
}  # fmt: skip


@pytest.mark.parametrize("name", OF_DAYS)
def test_a_hot_statement_opens_today_and_none_of_the_days_that_are_kept(engine, acme, name):
    rows = engine.execute(f"EXPLAIN {statement(name)}", OF_DAYS[name]).fetchall()
    days = {day for (line,) in rows for day in re.findall(r" (?:on|Update on) \w+_(20\d{6})", line)}
    assert days <= {f"{NOW:%Y%m%d}"}
