"""What the machine knows about stack N: which var/ it uses, who supervises it and who launched it.

The record lies in /run/livery-N/stack.json, so that it ends with the boot and is found without knowing var/.
"""

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from stack import folders, processes
from stack.model import Stack, StackError
from stack.part import process_state

RECORD = "stack.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A running stack: pids come with their start time, because numbers are used again."""

    var: str
    checkout: str
    mode: str
    supervisor: int
    supervisor_start: int
    launcher: int
    launcher_start: int
    detached: bool

    @property
    def is_supervised(self) -> bool:
        """Tell whether the supervisor that was noted still runs."""
        return processes.is_alive(self.supervisor, start=self.supervisor_start)

    @property
    def is_attended(self) -> bool:
        """Tell whether a launcher in the foreground still looks after the stack."""
        return not self.detached and processes.is_alive(self.launcher, start=self.launcher_start)


def find(number: int) -> Record | None:
    """Return the record of stack NUMBER, or None when there is none that can be read."""
    try:
        return Record(**json.loads((Path(f"/run/livery-{number}") / RECORD).read_text()))
    except (OSError, ValueError, TypeError):
        return None


def write(stack: Stack, *, supervisor: int, detached: bool) -> Record:
    """Note that SUPERVISOR runs STACK and that this process launched it."""
    record = Record(
        var=str(stack.var),
        checkout=str(stack.checkout),
        mode=stack.mode,
        supervisor=supervisor,
        supervisor_start=process_state(supervisor)[2],
        launcher=os.getpid(),
        launcher_start=process_state(os.getpid())[2],
        detached=detached,
    )
    folders.write(stack.run / RECORD, json.dumps(asdict(record), indent=2), mode=0o644)
    return record


def forget(stack: Stack) -> None:
    """Take the record away: whoever looks after the stack knows then that it is being stopped on purpose."""
    (stack.run / RECORD).unlink(missing_ok=True)


@contextlib.contextmanager
def exclusive(number: int, *, what: str) -> Iterator[None]:
    """Hold the lock of stack NUMBER: only one process at a time brings it up, changes it or takes it down."""
    path = Path("/run/lock")
    path.mkdir(parents=True, exist_ok=True)
    with (path / f"livery-{number}.lock").open("a+") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            stream.seek(0)
            holder = stream.read().strip() or "another process"
            raise StackError(
                f"Stack {number} is busy: {holder}. Wait for it, or end it first."
            ) from None
        stream.seek(0)
        stream.truncate()
        stream.write(f"`{what}` (process {os.getpid()})")
        stream.flush()
        yield
