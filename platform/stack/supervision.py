"""supervisord: its configuration, its start in a session of its own, and its XML-RPC door."""

import contextlib
import json
import os
import shlex
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, cast
from xmlrpc.client import Fault, ProtocolError, ServerProxy

from supervisor.xmlrpc import SupervisorTransport

from stack import folders
from stack.model import Part, Stack, StackError

SYSTEM_PYTHON = "/usr/bin/python3"
START_SECONDS = 60
TAIL_BYTES = 32_768
ALREADY_STARTED = 60
NOT_RUNNING = 70
#: Handles of supervisors that this process started: without one, Python complains about a child that lives on.
_STARTED: list[subprocess.Popen[bytes]] = []
ALIVE = frozenset({"STARTING", "RUNNING", "STOPPING", "BACKOFF"})


class Door(Protocol):
    """The methods of supervisord's XML-RPC interface that the launcher calls."""

    def getPID(self) -> int: ...  # noqa: N802
    def getAllProcessInfo(self) -> list[dict[str, Any]]: ...  # noqa: N802
    def getProcessInfo(self, name: str, /) -> dict[str, Any]: ...  # noqa: N802
    def startProcess(self, name: str, wait: bool, /) -> bool: ...  # noqa: N802
    def stopProcess(self, name: str, wait: bool, /) -> bool: ...  # noqa: N802
    def reloadConfig(self) -> list[list[list[str]]]: ...  # noqa: N802
    def addProcessGroup(self, name: str, /) -> bool: ...  # noqa: N802
    def removeProcessGroup(self, name: str, /) -> bool: ...  # noqa: N802
    def shutdown(self) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Info:
    """State of one part as supervisord sees it; SECONDS since it was started."""

    name: str
    state: str
    pid: int
    seconds: int
    started: int
    message: str

    @property
    def is_alive(self) -> bool:
        """Tell whether supervisord has or wants a process."""
        return self.state in ALIVE


def wrapper(stack: Stack, name: str) -> tuple[str, ...]:
    """Return the command line that starts a part through the start wrapper."""
    return (
        SYSTEM_PYTHON,
        "-IS",
        str(Path(__file__).with_name("part.py")),
        str(stack.var / "parts" / f"{name}.json"),
    )


def write_specification(stack: Stack, part: Part) -> None:
    """Write what the start wrapper reads; mode 600, because environments may carry secrets."""
    content = {
        "mark": f"{stack.number}:{part.name}",
        "record": str(stack.var / "pids" / f"{part.name}.json"),
        "command": list(part.command),
        "user": part.user,
        "environment": dict(part.environment),
        "directory": str(part.directory or stack.checkout),
        "death_signal": part.death_signal,
        "niceness": part.niceness,
        "pid_file": str(part.pid_file) if part.pid_file else None,
        # For stopping, which must work even when the code that defined the part has changed since.
        "requires": list(part.requires),
        "listens": [list(endpoint) for endpoint in part.listens],
        "stop_seconds": part.stop_seconds,
    }
    path = stack.var / "parts" / f"{part.name}.json"
    folders.write(path, json.dumps(content, indent=2), mode=0o600)


def render(stack: Stack, parts: Sequence[Part], *, starting: Sequence[Part]) -> Path:
    """Write supervisord.conf for all parts and the specification of those that start; the former's path.

    The others keep theirs: one that ends by itself comes back as what it was, of another version too.
    """
    for name in ("pids", "parts"):
        stack.folder(name)
    # Logs tell who writes to whom; the supervisor writes them all, as root.
    stack.folder("log", mode=0o700)
    programs = []
    for part in starting:
        write_specification(stack, part)
    for part in parts:
        if not part.once:
            line = shlex.join(wrapper(stack, part.name))
            programs.append({"part": part, "command": line.replace("%", "%%")})
    return stack.render("supervisord.conf.j2", "supervisord.conf", values={"programs": programs})


def launch(stack: Stack, configuration: Path) -> int:
    """Start supervisord in its own session, wait for its socket and return its pid."""
    log = stack.logs / "supervisord.out.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            [str(stack.python), "-m", "stack.supervisor_daemon", "-n", "-c", str(configuration)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            cwd=stack.var,
            env={"PATH": os.defpath, "LANG": "C.UTF-8", "PYTHONSAFEPATH": "1"},
        )
    _STARTED.append(process)
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        supervisor = connect(stack)
        if supervisor is not None and supervisor.pid() == process.pid:
            return process.pid
        time.sleep(0.05)
    raise StackError(f"The supervisor did not start; its words are in {log}")


class Supervisor:
    """A running supervisord; each call opens its socket anew, so nothing has to be closed."""

    def __init__(self, socket_path: Path) -> None:
        self._address = f"unix://{socket_path}"

    @contextlib.contextmanager
    def _door(self) -> Iterator[Door]:
        transport = SupervisorTransport(None, None, self._address)
        try:
            yield cast("Door", ServerProxy("http://127.0.0.1", transport=transport).supervisor)
        finally:
            transport.close()

    def pid(self) -> int:
        """Return the process id of supervisord."""
        with self._door() as door:
            return door.getPID()

    def all(self) -> dict[str, Info]:
        """Return the state of every part by its name."""
        with self._door() as door:
            return {entry["name"]: _info(entry) for entry in door.getAllProcessInfo()}

    def info(self, name: str) -> Info:
        """Return the state of one part; StackError when supervisord does not know it."""
        try:
            with self._door() as door:
                return _info(door.getProcessInfo(name))
        except Fault as error:
            raise StackError(f"The supervisor knows no part {name}") from error

    def start(self, name: str) -> None:
        """Ask for a part's start without waiting; starting a started one is no error."""
        try:
            with self._door() as door:
                door.startProcess(name, False)
        except Fault as error:
            if error.faultCode != ALREADY_STARTED:
                raise StackError(
                    f"The supervisor cannot start {name}: {error.faultString}"
                ) from error

    def stop(self, name: str) -> None:
        """Ask for a part's stop without waiting; stopping a stopped one is no error."""
        try:
            with self._door() as door:
                door.stopProcess(name, False)
        except Fault as error:
            if error.faultCode != NOT_RUNNING:
                raise StackError(
                    f"The supervisor cannot stop {name}: {error.faultString}"
                ) from error

    def take_configuration(self) -> None:
        """Read supervisord.conf again: new parts become known, changed ones once they are stopped."""
        with self._door() as door:
            added, changed, removed = door.reloadConfig()[0]
            for name in [*changed, *removed]:
                if not self.info(name).is_alive:
                    door.removeProcessGroup(name)
            for name in [*added, *changed]:
                try:
                    door.addProcessGroup(name)
                except Fault as error:
                    if "ALREADY_ADDED" not in error.faultString:
                        raise

    def shutdown(self) -> None:
        """Ask supervisord to stop everything and itself."""
        with self._door() as door:
            door.shutdown()


def _info(entry: dict[str, Any]) -> Info:
    alive = entry["statename"] in ALIVE
    return Info(
        name=entry["name"],
        state=entry["statename"],
        pid=entry["pid"],
        seconds=max(0, entry["now"] - entry["start"]) if alive else 0,
        started=entry["start"],
        message=entry["spawnerr"] or entry["description"],
    )


def connect(stack: Stack) -> Supervisor | None:
    """Return the supervisor of a stack when it answers, else None."""
    path = stack.run / "supervisor.sock"
    if not path.exists():
        return None
    supervisor = Supervisor(path)
    try:
        supervisor.pid()
    except (OSError, ProtocolError, Fault):
        return None
    return supervisor


def tail(path: Path, *, lines: int = 15, since: int = 0) -> list[str]:
    """Return the last LINES of a log written after its first SINCE bytes; empty when there are none."""
    try:
        with path.open("rb") as stream:
            size = path.stat().st_size
            # A log shorter than before was rotated: all of it is new.
            start = since if since <= size else 0
            stream.seek(max(start, size - TAIL_BYTES))
            return stream.read().decode(errors="replace").splitlines()[-lines:]
    except FileNotFoundError:
        return []
