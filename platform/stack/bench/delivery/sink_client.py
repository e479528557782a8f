"""The sink as the bench sees it: a process of its own that is started, asked and ended."""

import json
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from stack.bench.delivery.places import addresses_from

START_SECONDS = 10
SECONDS = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """number → (time of MAIL, time of the final dot), and what came more than once or was put off.

    `sources`: number → the address that it came from.
    """

    times: dict[int, tuple[float, float]]
    copies: int
    deferred: int
    connections: int
    sources: dict[int, str] = field(default_factory=dict)


class Sink:
    """A context manager around the process; `addresses` are those of its mail hosts."""

    def __init__(self, *, first: str, count: int, control: tuple[str, int]) -> None:
        self.addresses = addresses_from(first, count)
        self._first, self._control = first, control
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        """Start it and wait until it answers."""
        host, port = self._control
        command = [sys.executable, "-m", "stack.bench.delivery.sink"]
        arguments = [self._first, str(len(self.addresses)), host, str(port)]
        self.process = subprocess.Popen([*command, *arguments], stdin=subprocess.DEVNULL)
        self._stack.callback(self._end)
        until = time.monotonic() + START_SECONDS
        while True:
            try:
                self._socket = socket.create_connection(self._control, timeout=SECONDS)
                break
            except OSError:
                if time.monotonic() > until or self.process.poll() is not None:
                    self._stack.close()
                    raise
                time.sleep(0.05)
        self._stack.enter_context(self._socket)
        self._lines = self._stack.enter_context(self._socket.makefile("rb"))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the process."""
        self._stack.close()

    def forget(self) -> None:
        """Begin to count anew."""
        self._ask("forget")

    def behave(self, *, latency: float, deferrals: float) -> None:
        """Wait LATENCY seconds before each reply, and put off a share of first tries."""
        self._ask(f"behave {latency} {deferrals}")

    def count(self) -> int:
        """Return how many different recipients have arrived."""
        return int(self._ask("count")["count"])

    def arrivals(self) -> Arrivals:
        """Return all that arrived since the last `forget`."""
        told = self._ask("dump")
        return Arrivals(
            times={number: (began, ended) for number, began, ended, _ in told["arrived"]},
            sources={number: source for number, _, _, source in told["arrived"]},
            copies=told["copies"],
            deferred=told["deferred"],
            connections=told["connections"],
        )

    def _ask(self, line: str) -> dict[str, Any]:
        self._socket.sendall(f"{line}\n".encode())
        answer: dict[str, Any] = json.loads(self._lines.readline())
        return answer

    def _end(self) -> None:
        self.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(5)
        self.process.kill()
        self.process.wait()
