"""Rounds in which every domain is looked at once, and what they cost."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

import psycopg

from stack.bench.delivery import cpu
from stack.bench.dns.faults import Client, expected
from stack.bench.dns.servers import Servers
from stack.bench.dns.workers import Workers

_DUE = "UPDATE public.domain_schedule SET due_at = now()"
#: As `watch` and `look_soon` do for whoever asks for a look.
_ASK = "UPDATE public.domain_schedule SET due_at = now(), fingerprint = NULL"
_LOOKED_AT = "SELECT count(*) FROM public.domain_schedule WHERE checked_at >= %s"
_VERDICTS = """
SELECT s.domain, v.purpose, v.name, v.verdict, v.code
FROM public.record_verdict v JOIN public.domain_schedule s USING (domain_id)
"""
_POLL = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """Seconds in all, questions that servers got, CPU seconds by process, memory in MB as it went."""

    looks: int
    seconds: float
    asked: int
    cpu: dict[str, float]
    memory: tuple[float, ...]
    slices: tuple[tuple[int, int, int], ...]

    @property
    def per_minute(self) -> float:
        """Domains in a minute."""
        return self.looks / self.seconds * 60

    def figures(self, name: str) -> dict[str, float]:
        """All of it, by names that begin with this one."""
        looks = max(self.looks, 1)
        parts: dict[str, float] = {}
        for process, seconds in self.cpu.items():
            part = process.rstrip("0123456789")
            parts[part] = parts.get(part, 0.0) + seconds
        times = [(half, most) for count, half, most in self.slices for _ in range(count)]
        return {
            f"{name}_per_minute": round(self.per_minute),
            f"{name}_look_p50_ms": median(half for half, _ in times) if times else 0.0,
            f"{name}_look_p95_ms": median(most for _, most in times) if times else 0.0,
            f"{name}_questions": round(self.asked / looks, 1),
            **{f"{name}_cpu_ms.{part}": round(s * 1000 / looks, 2) for part, s in parts.items()},
        }


def run(
    connection: psycopg.Connection,
    workers: Workers,
    servers: Servers,
    *,
    most: float,
    postgres: int,
    is_asked_for: bool,
) -> Round:
    """Make every domain due, wake the workers until each was looked at, for MOST seconds at most.

    `is_asked_for`: as when somebody asks for each look, so that all is judged anew.
    """
    row = connection.execute("SELECT count(*), now() FROM public.domain_schedule").fetchone()
    assert row is not None
    wanted, since = row
    connection.execute(_ASK if is_asked_for else _DUE)
    pids = {**workers.pids(), **servers.pids(), "postgres": postgres}
    used, asked, marks = cpu.trees(pids.values()), servers.asked(), workers.marks()
    memory = [workers.resident_mb()]
    began = time.monotonic()
    looked_at = 0
    while looked_at < wanted and time.monotonic() < began + most and workers.alive():
        workers.wake()
        time.sleep(_POLL)
        memory.append(workers.resident_mb())
        found = connection.execute(_LOOKED_AT, [since]).fetchone()
        looked_at = int(found[0]) if found else 0
    seconds = time.monotonic() - began
    after = cpu.trees(pids.values())
    _until_told(workers, marks, looked_at)
    return Round(
        looks=looked_at,
        seconds=seconds,
        asked=servers.asked() - asked,
        cpu={name: after.get(pid, 0.0) - used.get(pid, 0.0) for name, pid in pids.items()},
        memory=tuple(memory),
        slices=tuple(workers.slices(marks)),
    )


def wrong(connection: psycopg.Connection, clients: Sequence[Client]) -> list[str]:
    """The verdicts that are not what they should be."""
    said = {
        (domain, purpose, name): (verdict, code)
        for domain, purpose, name, verdict, code in connection.execute(_VERDICTS)
    }
    return [
        f"{client.name} ({client.fault or 'good'}): {place} is {found}, not {right}"
        for client in clients
        for place, right in expected(client).items()
        if (found := said.get((client.name, *place))) != right
    ]


def _until_told(workers: Workers, marks: Sequence[int], looks: int) -> None:
    """A slice is told of at its end."""
    _wait(lambda: sum(count for count, _, _ in workers.slices(marks)) >= looks, seconds=20)


def _wait(is_so: Callable[[], bool], *, seconds: float) -> None:
    until = time.monotonic() + seconds
    while not is_so() and time.monotonic() < until:
        time.sleep(_POLL)
