"""The product's own Celery workers, as many as there are cores, and what wakes them."""

import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import redis
from celery import Celery

from stack import registry
from stack.core_parts import redis_server
from stack.model import SERVICE_USER, Stack

TASK, QUEUE = "mailcore.check_due_domains", "control"
_READY = " ready."
_PATH = {"PATH": os.defpath}
_TOLD = re.compile(r"(\d+) domains looked at, half within (\d+) ms, 95 % within (\d+) ms")
_PAGE_KIB = os.sysconf("SC_PAGE_SIZE") // 1024


class Workers:
    """A context manager: processes that do what the part `control` does, beside each other."""

    def __init__(self, stack: Stack, count: int) -> None:
        self._stack = stack
        self._count = count
        self._running: list[subprocess.Popen[bytes]] = []
        self._app = Celery(broker=redis_server.url(stack), set_as_current=False)
        self._redis = redis.Redis.from_url(redis_server.url(stack))

    def __enter__(self) -> Self:
        """Start them and wait until each takes messages."""
        part = next(part for part in registry.parts(self._stack) if part.name == QUEUE)
        if part.prepare is not None:
            part.prepare()
        for number in range(self._count):
            command = [*part.command]
            command[command.index("-n") + 1] = f"bench{number}@stack{self._stack.number}"
            with self._log(number).open("wb") as log:
                self._running.append(
                    subprocess.Popen(
                        command,
                        stdin=subprocess.DEVNULL,
                        stdout=log,
                        stderr=log,
                        start_new_session=True,
                        cwd=self._stack.checkout,
                        user=SERVICE_USER,
                        group=SERVICE_USER,
                        extra_groups=(),
                        env={**_PATH, **part.environment},
                    )
                )
        until = time.monotonic() + part.ready_seconds
        while not all(_READY in self._log(n).read_text() for n in range(self._count)):
            if time.monotonic() > until or not self.alive():
                raise RuntimeError(f"a worker does not start: see {self._log(0)}")
            time.sleep(0.1)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let them end what they are at, as a stopped part does, and then not."""
        self._app.close()
        self._redis.close()
        for process in self._running:
            process.send_signal(signal.SIGTERM)
        for process in self._running:
            try:
                process.wait(45)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def wake(self) -> None:
        """One message for each, as beat sends it, unless they have some left."""
        left = self._redis.llen(QUEUE)
        assert isinstance(left, int)
        for _ in range(self._count - left):
            self._app.send_task(TASK, queue=QUEUE, headers={"x_schema": "public"}, expires=5.0)

    def pids(self) -> dict[str, int]:
        """Worker → its process."""
        return {f"worker{n}": process.pid for n, process in enumerate(self._running)}

    def resident_mb(self) -> float:
        """What all of them hold in memory."""
        pages = [
            int(Path(f"/proc/{process.pid}/statm").read_text().split()[1])
            for process in self._running
        ]
        return sum(pages) * _PAGE_KIB / 1024

    def alive(self) -> bool:
        """Whether none has ended."""
        return all(process.poll() is None for process in self._running)

    def marks(self) -> list[int]:
        """Where each worker's log ends."""
        return [self._log(number).stat().st_size for number in range(self._count)]

    def slices(self, marks: Sequence[int]) -> Iterator[tuple[int, int, int]]:
        """(looks, p50, p95) in milliseconds of each slice that was told of after MARKS."""
        for number, mark in enumerate(marks):
            text = self._log(number).read_bytes()[mark:].decode(errors="replace")
            for count, half, most in _TOLD.findall(text):
                yield int(count), int(half), int(most)

    def _log(self, number: int) -> Path:
        return self._stack.logs / f"bench-worker{number}.log"
