"""How long a claim takes beside rows that cannot go: python tests/bench/claim.py DSN [--json]

DSN is a database made by the migrations (`./livery up`, then role owner), where nothing else runs;
it makes its own node, fills the queue in scenes and empties it again. Each scene has 900,000 rows
that may not go and 100,000 that may; claims of 100 are finished as the engine does.
"""

import argparse
import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import psycopg
from psycopg.rows import TupleRow

SQL = Path(__file__).parents[2] / "mailcore" / "delivery" / "sql"
NODE = "bench-claim"
CLAIMS = 200
BATCH, QUANTUM, PAIRS = 100, 20, 256
NULL = UUID(int=0)
Connection = psycopg.Connection[TupleRow]

FILL = """
INSERT INTO public.queue_entry (
  recipient_id, message_id, reseller_id, node, shard, pool, site, prio, state, held_reason, due,
  attempts, expires_at)
SELECT md5(%(tag)s || n)::uuid, md5(%(tag)s || n)::uuid, md5('reseller' || n %% 20)::uuid, %(node)s, 0,
       'default', %(tag)s || n %% %(sites)s, 1 + n %% 3, %(state)s,
       CASE WHEN %(state)s = 'held' THEN 'bench' END,
       now() + make_interval(secs => %(due)s + n / 1000.0), %(attempts)s, now() + interval '5 d'
FROM generate_series(1, %(rows)s) n
"""
PAIRS_OF = """
INSERT INTO public.active_pair (node, shard, pool, site, reseller_id, suspended_until)
SELECT DISTINCT node, shard, pool, site, reseller_id,
       CASE WHEN site LIKE 'blocked%%' THEN now() + %(rest)s * interval '1 h' END
FROM public.queue_entry WHERE node = %(node)s ON CONFLICT DO NOTHING
"""
#: Scene → what the 900,000 are: state, seconds until they are due, tries, sites, do pairs rest.
SCENES = {
    "nothing else": None,
    "behind 2,000 suspended sites": ("ready", 0, 0, 2000, True),
    "held": ("held", 0, 0, 2000, False),
    "retries of 2,000 sites, due in hours": ("ready", 7200, 3, 2000, False),
    "retries of 20 sites, due in hours": ("ready", 7200, 3, 20, False),
    "first tries of 20 sites, due in hours": ("ready", 7200, 0, 20, False),
}


def fill(connection: Connection, scene: str, rows: int) -> None:
    """The queue of a scene, analysed as autovacuum would have it."""
    free = {"tag": "free", "state": "ready", "due": -4000, "attempts": 0, "sites": 500}
    connection.execute(FILL, {**free, "node": NODE, "rows": rows // 9})
    told = SCENES[scene]
    if told:
        state, due, attempts, sites, _ = told
        blocked = {"tag": "blocked", "state": state, "due": due, "attempts": attempts}
        connection.execute(FILL, {**blocked, "sites": sites, "node": NODE, "rows": rows})
    connection.execute(PAIRS_OF, {"node": NODE, "rest": 1 if told and told[4] else -1})
    connection.execute("VACUUM ANALYZE public.queue_entry")
    connection.execute("VACUUM ANALYZE public.active_pair")


def empty(connection: Connection) -> None:
    """Nothing of ours stays."""
    for table in ("queue_entry", "active_pair", "egress_shard"):
        connection.execute(f"DELETE FROM public.{table} WHERE node = %s", [NODE])
    connection.execute("VACUUM public.queue_entry")


def claims(connection: Connection) -> dict[str, float]:
    """Milliseconds of the claims, by the clock and of the backend's own CPU, and how many rows came."""
    backend = connection.info.backend_pid
    # The joins with ledger and message are left out: the rows of the bench have neither.
    text = (SQL / "claim.sql").read_text(encoding="utf-8")
    head = text[: text.rindex("SELECT q.recipient_id")]
    query = (
        head
        + "SELECT recipient_id, attempts, pool, site, reseller_id FROM claimed ORDER BY pool, site, reseller_id"
    )
    next_pair = (SQL / "next_pair.sql").read_text(encoding="utf-8")
    after: tuple[object, ...] = ("", "", NULL)
    took, spent, rows = [], [], 0
    for _ in range(CLAIMS):
        told = {
            "node": NODE, "shard": 0, "epoch": 1, "batch": BATCH, "quantum": QUANTUM, "pairs": PAIRS,
            "retry_batch": BATCH // 4, "retry_quantum": QUANTUM // 4, "busy": [], "lease": 45,
            "after_pool": after[0], "after_site": after[1], "after_reseller": after[2],
        }  # fmt: skip
        began, at_first = time.perf_counter(), on_cpu(backend)
        found = connection.execute(query, {**told, "now": datetime.now(UTC)}).fetchall()
        if len(found) >= BATCH:
            after = found[-1][2:]
        else:
            after = connection.execute(next_pair, told).fetchone() or ("", "", NULL)
        took.append(time.perf_counter() - began)
        spent.append(on_cpu(backend) - at_first)
        rows += len(found)
        connection.execute(
            "DELETE FROM public.queue_entry WHERE recipient_id = ANY (%s)", [[r[0] for r in found]]
        )
    return {
        "rows": rows,
        **{f"p{at}_ms": percentile(took, at) for at in (50, 95, 99)},
        **{f"cpu_p{at}_ms": percentile(spent, at) for at in (50, 95, 99)},
    }


def on_cpu(pid: int) -> float:
    """Seconds that a process of this machine has run: what it costs, whoever else is busy."""
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text(encoding="ascii").split()[0]) / 1e9
    except FileNotFoundError:
        return 0.0  # the database is elsewhere


def percentile(seconds: list[float], at: int) -> float:
    """In milliseconds."""
    return 1000 * sorted(seconds)[min(len(seconds) - 1, len(seconds) * at // 100)]


def main() -> int:
    """All scenes, one after the other."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dsn")
    parser.add_argument("--rows", type=int, default=900_000)
    parser.add_argument("--scene", choices=SCENES)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    results = {}
    with psycopg.connect(options.dsn, autocommit=True) as connection:
        for scene in [options.scene] if options.scene else SCENES:
            empty(connection)
            connection.execute(
                "INSERT INTO public.egress_shard (node, shard, epoch) VALUES (%s, 0, 1)", [NODE]
            )
            fill(connection, scene, options.rows)
            results[scene] = claims(connection)
            if not options.json:
                told = "  ".join(f"{name} {value:.1f}" for name, value in results[scene].items())
                print(f"{scene:40} {told}", flush=True)
            empty(connection)
    if options.json:
        print(json.dumps(results))
    return 0


if __name__ == "__main__":
    sys.exit(main())
