"""What is measured: each domain looked at for the first time, when asked for, and on any day."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import psycopg

from stack.bench.dns import faults, rounds
from stack.bench.dns.faults import Client, Wanted
from stack.bench.dns.rounds import Round
from stack.bench.dns.servers import HOSTING, Servers
from stack.bench.dns.workers import Workers
from stack.bench.figures import Goal, Result, at_least, at_most
from stack.client.endpoints import Endpoints
from stack.model import SERVICE_USER, Stack

GOAL = 10_000
#: A round ends after so many times what the goal allows: a slow machine is told of, not waited for.
PATIENCE = 4.0
#: Each domain for the first time; once more with all judged anew; and with nothing changed since.
ASKED_FOR = "asked_for"
ROUNDS = ("first", ASKED_FOR, "steady")
#: Domains whose questions are asked for comparison, and how much memory may grow.
BARE, GROWTH_PERCENT = 600, 10.0


def measure(endpoints: Endpoints, *, zones: int, workers: int) -> Result:
    """Three rounds over all domains, then the same questions asked by themselves."""
    raw = endpoints.raw
    stack = Stack(
        number=int(raw["stack"]),
        mode=raw["mode"],
        checkout=Path(str(raw["checkout"])),
        var=Path(str(raw["env_file"])).parent,
    )
    load = os.getloadavg()[0]
    began = time.monotonic()
    clients = faults.clients(_made(stack, zones=zones))
    most = zones / GOAL * 60 * PATIENCE + 30
    postgres = int(json.loads((stack.var / "pids" / "postgres.json").read_text())["pid"])
    with (
        psycopg.connect(str(raw["dsn"]["owner"]), autocommit=True) as connection,
        Servers(stack, clients) as servers,
        Workers(stack, workers) as crew,
    ):
        connection.execute("VACUUM ANALYZE public.domain_schedule, public.record_verdict")
        made = time.monotonic() - began
        told = {}
        for name in ROUNDS:
            told[name] = rounds.run(
                connection,
                crew,
                servers,
                most=most,
                postgres=postgres,
                is_asked_for=name == ASKED_FOR,
            )
        bad = rounds.wrong(connection, clients)
        bare = _bare(stack, clients, workers)
    for line in bad[:20]:
        print(line, file=sys.stderr)
    conditions = {
        "zones": zones,
        "broken": sum(1 for client in clients if client.fault),
        "workers": workers,
        "cpus": os.cpu_count(),
        "servers": "Knot on the same machine: registry, two that host; PostgreSQL too",
        "load_before": round(load, 1),
        "set_up_s": round(made, 1),
    }
    return Result(
        name="dns",
        conditions=conditions,
        figures=_figures(told, bare=bare),
        goals=_goals(told, zones=zones, wrong=len(bad)),
    )


def _figures(told: Mapping[str, Round], *, bare: float) -> dict[str, float]:
    memory = _memory(told)
    return {
        **{key: value for name, one in told.items() for key, value in one.figures(name).items()},
        "bare_per_minute": round(bare),
        "steady_to_bare": round(told["steady"].per_minute / bare, 2),
        "rss_mb_start": round(memory[0]),
        "rss_mb_middle": round(memory[len(memory) // 2]),
        "rss_mb_end": round(memory[-1]),
        "rss_mb_peak": round(max(memory)),
    }


def _goals(told: Mapping[str, Round], *, zones: int, wrong: int) -> tuple[Goal, ...]:
    memory = _memory(told)
    growth = round((memory[-1] / memory[len(memory) // 2] - 1) * 100, 1)
    left = len(told) * zones - sum(one.looks for one in told.values())
    return (
        *(
            at_least(f"{name}_per_minute", round(one.per_minute), limit=GOAL, unit="domains")
            for name, one in told.items()
        ),
        at_most("not_looked_at", left, limit=0, unit="domains"),
        at_most("wrong_verdicts", wrong, limit=0, unit="records"),
        at_most("rss_growth", growth, limit=GROWTH_PERCENT, unit="%"),
    )


def _memory(told: Mapping[str, Round]) -> list[float]:
    return [one for some in told.values() for one in some.memory]


def _made(stack: Stack, *, zones: int) -> list[Client]:
    """Have the product make the domains, and read what DNS should show of them."""
    process = subprocess.run(
        [str(stack.python), "manage.py", "bench_domains", "--domains", str(zones)],
        check=True,
        stdout=subprocess.PIPE,
        cwd=stack.checkout,
        user=SERVICE_USER,
        group=SERVICE_USER,
        extra_groups=(),
        env={
            "PATH": os.defpath,
            "PYTHONDONTWRITEBYTECODE": "1",
            **stack.environment(role="worker"),
        },
    )
    told = map(json.loads, process.stdout.splitlines())
    return [
        Client(name=one["domain"], records=tuple(Wanted(**record) for record in one["records"]))
        for one in told
    ]


def _bare(stack: Stack, clients: Sequence[Client], workers: int) -> float:
    """Domains in a minute when their questions are only asked, by as many processes."""
    some = [client for client in clients if not client.fault][:BARE]
    files = []
    for number in range(workers):
        mine = [[(r.name, r.asked) for r in client.records] for client in some[number::workers]]
        file = stack.var / "bench-dns" / f"questions{number}.json"
        addresses = [stack.address(role) for role in HOSTING]
        file.write_text(json.dumps({"addresses": addresses, "domains": mine}), encoding="utf-8")
        files.append(file)
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "stack.bench.dns.bare", str(file)], stdout=subprocess.PIPE
        )
        for file in files
    ]
    seconds = max(float(process.communicate()[0]) for process in running)
    return len(some) / seconds * 60
