"""One contender, one run: what is sent, what arrives, and what it cost."""

import asyncio
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

import uvloop

from stack.bench.delivery import cpu
from stack.bench.delivery.sink_client import Arrivals, Sink
from stack.bench.delivery.source import SESSIONS, Entrance, Sent, send
from stack.bench.delivery.traffic import Letter
from stack.bench.figures import percentile

#: Seconds without anything new at the sink after which the rest counts as lost.
PATIENCE = 30.0
LOOK = 0.05


class Contender(Protocol):
    """A mail system that is up and takes mail."""

    name: str
    door: Entrance

    def pids(self) -> Mapping[str, int]:
        """Part → the root of its processes."""

    def settle(self) -> None:
        """Return once nothing of what was sent is left to do."""

    def wal(self) -> int:
        """Bytes of write-ahead log so far, 0 without one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What one run gave; times in seconds, CPU in seconds by part."""

    contender: str
    sent: Sent
    arrivals: Arrivals
    cpu: dict[str, float]
    wal: int

    @property
    def count(self) -> int:
        """How many messages arrived."""
        return len(self.arrivals.times)

    @property
    def lost(self) -> int:
        """Accepted and never seen at the sink."""
        return len(self.sent.accepted.keys() - self.arrivals.times.keys())

    @property
    def per_second(self) -> float:
        """Messages per second from the first MAIL at the source to the last final dot at the sink."""
        last = max((dot for _, dot in self.arrivals.times.values()), default=self.sent.began)
        return self.count / max(last - self.sent.began, 0.001)

    @property
    def accepted_per_second(self) -> float:
        """Messages per second that were taken."""
        return len(self.sent.accepted) / max(self.sent.ended - self.sent.began, 0.001)

    @property
    def first_tries_per_second(self) -> float:
        """Messages per second until nineteen of twenty that were not put off had arrived."""
        times = sorted(dot for _, dot in self.arrivals.times.values())
        prompt = int((len(times) - self.arrivals.deferred) * 0.95)
        return prompt / max(times[prompt - 1] - self.sent.began, 0.001) if prompt > 0 else 0.0

    def until_dot(self) -> list[float]:
        """From each yes at the source to the final dot at the sink."""
        return self._waits(1)

    def until_mail(self) -> list[float]:
        """From each yes at the source to MAIL at the sink."""
        return self._waits(0)

    def cpu_ms(self) -> float:
        """CPU milliseconds of all parts per message."""
        return sum(self.cpu.values()) * 1000 / max(self.count, 1)

    def figures(self) -> dict[str, float]:
        """The row of the table."""
        waits = self.until_dot()
        told = {
            "per_s": round(self.per_second, 1),
            "accept_per_s": round(self.accepted_per_second, 1),
            "cpu_ms": round(self.cpu_ms(), 2),
            **{
                f"p{int(share * 100)}_ms": round(percentile(waits, share) * 1000, 1)
                for share in (0.5, 0.95, 0.99)
                if waits
            },
            "lost": self.lost,
            "copies": self.arrivals.copies,
            "refused": len(self.sent.refused),
        }
        return told | ({"wal_bytes": round(self.wal / max(self.count, 1))} if self.wal else {})

    def _waits(self, place: int) -> list[float]:
        times = self.arrivals.times
        return [
            # A message may be at the sink before its own sender has read the yes.
            max(0.0, times[number][place] - accepted)
            for number, accepted in self.sent.accepted.items()
            if number in times
        ]


def run(
    contender: Contender,
    letters: Iterator[Letter],
    *,
    sink: Sink,
    sessions: int = SESSIONS,
    rate: float | None = None,
    patience: float = PATIENCE,
) -> Run:
    """Send LETTERS and wait until they are at the sink, or nothing came for so many seconds."""
    sink.forget()
    wal = contender.wal()
    before = _by_part(contender, sink)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        sent = runner.run(send(contender.door, letters, sessions=sessions, rate=rate))
    wait_arrivals(sink, count=len(sent.accepted), patience=patience)
    contender.settle()
    after = _by_part(contender, sink)
    return Run(
        contender=contender.name,
        sent=sent,
        arrivals=sink.arrivals(),
        cpu={part: after[part] - before.get(part, 0.0) for part in after if part != "sink"},
        wal=contender.wal() - wal,
    )


def wait_arrivals(sink: Sink, *, count: int, patience: float) -> None:
    """Return when COUNT messages have arrived, or nothing new did for PATIENCE seconds."""
    seen, at = -1, time.monotonic()
    while (now := sink.count()) < count:
        if now > seen:
            seen, at = now, time.monotonic()
        elif time.monotonic() - at > patience:
            return
        time.sleep(LOOK)


def _by_part(contender: Contender, sink: Sink) -> dict[str, float]:
    roots = {**contender.pids(), "sink": sink.process.pid}
    seconds = cpu.trees(roots.values())
    return {part: seconds.get(pid, 0.0) for part, pid in roots.items()}
