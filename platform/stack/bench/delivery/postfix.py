"""Postfix as a contender, with OpenDKIM or without: configuration from platform/deploy/bench."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from stack import folders, processes
from stack.bench.delivery.source import Door, Entrance
from stack.bench.delivery.traffic import Traffic
from stack.templates import render_template

MASTER = Path("/usr/lib/postfix/sbin/master")
START_SECONDS = 15
SETTLE_SECONDS = 60
Address = tuple[str, int]


class Missing(Exception):
    """A package of this contender is not installed; the text says how to install it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Where it lives and listens, whose mail it signs, and which host takes which domain's mail."""

    deploy: Path
    folder: Path
    listen: Address
    milter: Address
    domain: str
    traffic: Traffic
    #: Address of each site's mail host, in their order.
    hosts: list[str]
    port: int


class Postfix:
    """A context manager: renders, starts and ends its own instance."""

    def __init__(self, plan: Plan, *, signs: bool) -> None:
        self.name = "postfix+opendkim" if signs else "postfix"
        self.door: Entrance = Door(address=plan.listen[0], port=plan.listen[1])
        self._plan, self._signs = plan, signs
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Self:
        """Start it and wait until it answers."""
        if self._signs and shutil.which("opendkim", path="/usr/sbin:/usr/bin") is None:
            raise Missing("OpenDKIM is not installed; as root:  apt-get install opendkim")
        render(self._plan, signs=self._signs)
        folder = self._plan.folder
        try:
            if self._signs:
                self._start(
                    "opendkim", ["/usr/sbin/opendkim", "-f", "-x", str(folder / "opendkim.conf")]
                )
                _wait(self._plan.milter)
            subprocess.run(
                ["/usr/sbin/postfix", "-c", str(folder), "check"],
                check=True,
                cwd="/",
                capture_output=True,
            )
            self._start("postfix", [str(MASTER), "-c", str(folder), "-s"])
            _wait(self._plan.listen)
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End what was started."""
        self._end()

    def pids(self) -> Mapping[str, int]:
        """The processes that were started."""
        return {name: process.pid for name, process in self._running.items()}

    def settle(self) -> None:
        """Wait until the queue's folders are empty."""
        spool = self._plan.folder / "spool"
        until = time.monotonic() + SETTLE_SECONDS
        while time.monotonic() < until:
            if not any(True for name in ("incoming", "active") for _ in _files(spool / name)):
                return
            time.sleep(0.05)

    def wal(self) -> int:
        """It has none."""
        return 0

    def _start(self, name: str, command: list[str]) -> None:
        with (self._plan.folder / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                cwd=self._plan.folder,
                env={"PATH": os.defpath, "MAIL_CONFIG": str(self._plan.folder)},
            )

    def _end(self) -> None:
        for process in self._running.values():
            for number in (signal.SIGTERM, signal.SIGKILL):
                with suppress(ProcessLookupError):
                    # The group: an smtpd with a client survives its master.
                    os.killpg(process.pid, number)
                with suppress(subprocess.TimeoutExpired):
                    process.wait(5)
        self._running.clear()


def render(plan: Plan, *, signs: bool) -> None:
    """Write the configuration, the map of routes and the key into the plan's folder."""
    folder = folders.make(plan.folder)
    for name in ("spool", "data"):
        folders.make(folder / name, owner="postfix" if name == "data" else "root")
    values = {"plan": plan, "folder": folder, "signs": signs}
    for name in ("main.cf", "master.cf", *(("opendkim.conf",) if signs else ())):
        text = render_template(plan.deploy, f"bench/{name}.j2", values)
        folders.write(folder / name, text)
    folders.write(folder / "routes", routes(plan))
    key_file = folder / "signing.pem"
    if signs and not key_file.exists():
        folders.write(key_file, _key(), owner="opendkim", mode=0o600)


def routes(plan: Plan) -> str:
    """Return the transport map: each domain to its mail host, without a question to DNS."""
    traffic = plan.traffic
    lines = [
        f"{traffic.domain(rank)} smtp:[{plan.hosts[traffic.site_of(rank) % len(plan.hosts)]}]:{plan.port}\n"
        for rank in range(traffic.domains)
    ]
    return "".join(lines)


def _key() -> bytes:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )


def _files(folder: Path) -> list[Path]:
    found = []
    for path, _, names in os.walk(folder):
        found += [Path(path) / name for name in names]
    return found


def _wait(endpoint: Address) -> None:
    until = time.monotonic() + START_SECONDS
    while not processes.answers(endpoint):
        if time.monotonic() > until:
            raise TimeoutError(f"nothing answers at {endpoint[0]}:{endpoint[1]}")
        time.sleep(0.1)
