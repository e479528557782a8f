"""Delivery processes of the storm's own, in the place of the stack's egress worker."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from stack.client.endpoints import Endpoints

EGRESS = "egress.node1"
SCRIPT = Path(__file__).with_name("worker.py")
END_SECONDS = 60


class PartsLike(Protocol):
    """What `parts` can do."""

    def kill(self, name: str) -> None: ...
    def stop(self, name: str) -> None: ...
    def start(self, name: str) -> None: ...
    def wait_running(self, name: str, *, not_pid: int = 0) -> int: ...


class Workers:
    """Starts them as the user and with the environment of the stack's own one."""

    def __init__(self, endpoints: Endpoints, parts: PartsLike) -> None:
        self._folder = Path(endpoints.raw["env_file"]).parent
        self._checkout = str(endpoints.raw["checkout"])
        self._parts = parts
        self._started: list[subprocess.Popen[bytes]] = []

    @contextmanager
    def instead(self) -> Iterator["Workers"]:
        """The stack's own worker rests while the block runs; all of ours end after it."""
        self._parts.stop(EGRESS)
        try:
            yield self
        finally:
            for process in self._started:
                process.terminate()
            for process in self._started:
                process.wait(END_SECONDS)
            self._started.clear()
            self._parts.start(EGRESS)

    def start(
        self, *, checkout: str = "", hours: float = 0, **settings: float
    ) -> subprocess.Popen[bytes]:
        """Start one: of another checkout, with another clock, with other settings."""
        known = json.loads((self._folder / "parts" / f"{EGRESS}.json").read_text())
        user = known["user"]
        told = json.dumps({"hours": hours, **settings})
        with (self._folder / "log" / "storm-worker.log").open("ab") as log:
            process = subprocess.Popen(
                ["setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups",
                 sys.executable, str(SCRIPT), checkout or self._checkout, told],
                cwd="/",
                env=known["environment"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )  # fmt: skip
        self._started.append(process)
        return process
