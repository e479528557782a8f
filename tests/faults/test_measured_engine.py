"""By hand: twenty kills under load, and a long transaction beside the queue (docs/benchmarks/faults.md)."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import psycopg

from stack.bench.delivery import claims, measure
from stack.bench.delivery.field import Field, made
from stack.bench.delivery.ours import command, folder_of
from stack.bench.figures import percentile
from stack.client.endpoints import Endpoints
from stack.client.waiting import wait_for
from stack.demo.world import World
from tests.faults.measured import by_hand, sending
from tests.faults.workers import EGRESS, PartsLike

KILLS, KILL_RATE = 20, 100
#: Seconds before each reply of the other side: sessions are open when the engine is killed.
LATENCY = 0.05
#: Messages per second, and the seconds before and during the long transaction.
RATE, BEFORE, DURING = 200, 45, 120
PATIENCE = 300
_UNREAD = """
SELECT count(*) FROM public.delivery_event e
WHERE EXISTS (SELECT FROM public.delivery_cursor c WHERE (e.xid, e.seq) > (c.xid, c.seq))
"""


@by_hand
def test_twenty_kills_lose_nothing_and_make_few_copies(world: World, parts: PartsLike) -> None:
    random, gaps, copies = Random(KILLS), list[float](), list[int]()
    with made(world, domains=100, sites=20, only=("lmtp",)) as field:
        field.sink.behave(latency=LATENCY, deferrals=0)
        with sending(field.ours.door, field.letters(10**6), rate=KILL_RATE) as sent:
            wait_for(field.sink.count, what="the first message", seconds=PATIENCE)
            for _ in range(KILLS):
                time.sleep(random.uniform(0.5, 4))
                gaps.append(_killed(field, parts))
                copies.append(field.sink.arrivals().copies)
        measure.wait_arrivals(field.sink, count=len(sent[0].accepted), patience=PATIENCE)
        field.ours.settle()
        seen = field.sink.arrivals()
    lost = sent[0].accepted.keys() - seen.times.keys()
    print(
        f"{KILLS} kills: {len(sent[0].accepted)} accepted, {len(sent[0].refused)} refused, {len(lost)} lost,"
        f" {seen.copies} copies; copies after each kill {copies};"
        f" back after {percentile(gaps, 0.5):.1f} s (half), {max(gaps):.1f} s (worst)"
    )
    assert not lost
    assert max(gaps) < 45


def _killed(field: Field, parts: PartsLike) -> float:
    """Kill the engine; the seconds until something arrives again."""
    began = time.monotonic()
    parts.kill(EGRESS)
    before = field.sink.count()
    wait_for(lambda: field.sink.count() > before, what="delivery", seconds=PATIENCE, every=0.05)
    return time.monotonic() - began


@by_hand
def test_a_long_transaction_does_not_slow_claims(world: World, endpoints: Endpoints) -> None:
    with made(world, domains=500, sites=20, only=("lmtp",)) as field, claims.logged(endpoints):
        command(endpoints, "restart", EGRESS)
        with _claimed(endpoints) as before:
            _run(field, seconds=BEFORE)
        with (
            psycopg.connect(str(endpoints.raw["dsn"]["delivery"])) as old,
            _claimed(endpoints) as during,
        ):
            # A snapshot that holds dead rows, and a number that holds the readers of mail facts.
            old.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            old.execute("SELECT pg_current_xact_id(), count(*) FROM public.queue_entry")
            opened = time.monotonic()
            _run(field, seconds=DURING)
            unread, open_for = _unread(endpoints), time.monotonic() - opened
        began = time.monotonic()
        wait_for(lambda: not _unread(endpoints), what="readers", seconds=PATIENCE, every=0.5)
    late = time.monotonic() - began
    print(
        f"claims before {told(before)}, beside a transaction of {open_for:.0f} s {told(during)};"
        f" {unread} facts unread at its end, read {late:.1f} s later"
    )
    assert percentile(during, 0.99) < 5 * percentile(before, 0.99)


def _run(field: Field, *, seconds: int) -> None:
    run = measure.run(
        field.ours, field.letters(RATE * seconds), sink=field.sink, rate=RATE, patience=60
    )
    print(f"{run.count} messages, {run.per_second:.0f}/s, {run.lost} lost")
    assert run.lost == 0


@contextmanager
def _claimed(endpoints: Endpoints) -> Iterator[list[float]]:
    """Yield what will hold the milliseconds of the claims in the block."""
    log, found = folder_of(endpoints) / "log" / "postgres.log", list[float]()
    begins = log.stat().st_size
    yield found
    found += claims.durations(_after(log, begins), first_line=claims.first_line(endpoints))


def _after(log: Path, begins: int) -> Iterator[str]:
    with log.open(encoding="utf-8", errors="replace") as lines:
        # A log that was begun anew is shorter.
        lines.seek(begins if log.stat().st_size >= begins else 0)
        yield from lines


def _unread(endpoints: Endpoints) -> int:
    with psycopg.connect(str(endpoints.raw["dsn"]["owner"])) as connection:
        row = connection.execute(_UNREAD).fetchone()
    return int(row[0]) if row else 0


def told(milliseconds: list[float]) -> str:
    """Number, median and p99."""
    half, most = percentile(milliseconds, 0.5), percentile(milliseconds, 0.99)
    return f"{len(milliseconds)}: p50 {half:.2f} ms, p99 {most:.2f} ms"
