"""Delivery processes of the storm's own, in the place of the stack's egress worker."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from stack.client.endpoints import Endpoints

EGRESS = "egress.node1"
SCRIPT = Path(__file__).with_name("worker.py")
EXPAND = Path(__file__).with_name("expand.py")
MIGRATION = "storm-migration"
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
        told = json.dumps({"hours": hours, **settings})
        process = self._run(
            SCRIPT, checkout or self._checkout, told, as_part=EGRESS, log="storm-worker"
        )
        self._started.append(process)
        return process

    @contextmanager
    def beside(self, *, redis_url: str) -> Iterator[None]:
        """A second Celery worker of the node, which reaches Redis by another way."""
        known = self._known(EGRESS)
        command = [word.replace(f"{EGRESS}@", f"{EGRESS}-second@") for word in known["command"]]
        process = self._spawn(known, command, log="storm-celery", LIVERY_REDIS_URL=redis_url)
        try:
            yield
        finally:
            process.terminate()
            process.wait(END_SECONDS)

    def migrate(self, *statements: str) -> subprocess.Popen[bytes]:
        """Run statements as a migration does, one after the other; it ends with 0."""
        self._log(MIGRATION).unlink(missing_ok=True)
        told = json.dumps(statements)
        return self._run(EXPAND, self._checkout, told, as_part="prepare", log=MIGRATION)

    def migrated(self) -> str:
        """What the last migration has said until now."""
        return self._log(MIGRATION).read_text(errors="replace")

    def _log(self, name: str) -> Path:
        return self._folder / "log" / f"{name}.log"

    def _known(self, part: str) -> dict[str, Any]:
        return dict(json.loads((self._folder / "parts" / f"{part}.json").read_text()))

    def _run(self, script: Path, *words: str, as_part: str, log: str) -> subprocess.Popen[bytes]:
        return self._spawn(self._known(as_part), [sys.executable, str(script), *words], log=log)

    def _spawn(
        self, known: dict[str, Any], command: list[str], *, log: str, **environment: str
    ) -> subprocess.Popen[bytes]:
        user = known["user"]
        with self._log(log).open("ab") as output:
            return subprocess.Popen(
                ["setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups", *command],
                cwd="/",
                env=known["environment"] | environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
