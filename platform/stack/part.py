"""Start wrapper of every part: end what a killed predecessor left, note pid and start time, change user, become it.

Run by the system's python3 with -IS (standard library only, no site packages), as `part.py SPECIFICATION.json`.
supervisord restarts a part through this file too, so leftovers of a master that died go at every start.
"""

import contextlib
import ctypes
import json
import os
import pwd
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PR_SET_PDEATHSIG = 1
PATIENCE = 5.0
MARK = "LIVERY_PART"


def boot_id() -> str:
    """Return the kernel's name for this boot: a pid means nothing in another one."""
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def process_state(pid: int) -> tuple[str, int, int]:
    """Return (state letter, process group, start in ticks since boot); OSError when there is no such process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return fields[0], int(fields[2]), int(fields[19])


def is_marked(pid: int, mark: str) -> bool:
    """Tell whether a process carries our mark in the environment it was started with."""
    wanted = f"{MARK}={mark}".encode()
    return wanted in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")


def leftovers(record: dict[str, Any], mark: str) -> Iterator[int]:
    """Yield living processes of the recorded group, and those that left it but still carry the mark."""
    group = record["pid"]
    with contextlib.suppress(OSError):
        if process_state(group)[2] != record["start"]:
            group = -1  # the number belongs to a stranger now: only the mark counts
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        pid = int(entry.name)
        with contextlib.suppress(OSError):
            state, member_of, start = process_state(pid)
            if state == "Z" or start < record["start"]:
                continue
            if member_of == group or is_marked(pid, mark):
                yield pid


def end_leftovers(record_file: Path, mark: str) -> list[int]:
    """End what the last start left behind, kindly and then not, and return the pids that were met."""
    try:
        record = json.loads(record_file.read_text())
    except (OSError, ValueError):
        return []
    if record.get("boot") != boot_id():
        return []
    met: list[int] = []
    for number in (signal.SIGTERM, signal.SIGKILL):
        found = list(leftovers(record, mark))
        met += [pid for pid in found if pid not in met]
        for pid in found:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and list(leftovers(record, mark)):
            time.sleep(0.05)
    return met


def note(record_file: Path) -> None:
    """Write down who we are; exec keeps pid and start time, so this stays true of the part itself."""
    record = {"pid": os.getpid(), "start": process_state(os.getpid())[2], "boot": boot_id()}
    draft = record_file.with_suffix(".new")
    draft.write_text(json.dumps(record))
    draft.replace(record_file)


def environment(specification: dict[str, Any]) -> dict[str, str]:
    """Return the small clean environment of the part."""
    account = pwd.getpwnam(specification["user"] or "root")
    base: dict[str, str] = {
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "HOME": account.pw_dir,
        "USER": account.pw_name,
        "LOGNAME": account.pw_name,
    }
    return {**base, **specification["environment"], MARK: specification["mark"]}


def stand_back(niceness: int) -> None:
    """Let others have the processor first, also where the kernel shares it out by sessions (sched(7))."""
    if not niceness:
        return
    os.nice(niceness)
    try:
        Path("/proc/self/autogroup").write_text(str(niceness))
    except FileNotFoundError:
        return  # this kernel has no such groups
    except OSError as error:
        sys.stderr.write(f"livery: others do not come first: {error}\n")


def become(user: str) -> None:
    """Change to a system user and their groups for good."""
    account = pwd.getpwnam(user)
    os.initgroups(user, account.pw_gid)
    os.setgid(account.pw_gid)
    os.setuid(account.pw_uid)


def lead_a_session() -> None:
    """Leave the supervisor's session: Postfix's master refuses to run without one of its own."""
    if os.getsid(0) == os.getpid():
        return
    if os.getpgrp() == os.getpid():
        # The leader of a group may not start a session; supervisord made us one.
        os.setpgid(0, os.getpgid(os.getppid()))
    os.setsid()


def main(specification_file: Path) -> None:
    """Become the part that the specification describes."""
    specification = json.loads(specification_file.read_text())
    parent = os.getppid()
    lead_a_session()
    record_file = Path(specification["record"])
    met = end_leftovers(record_file, specification["mark"])
    if met:
        sys.stderr.write(
            f"livery: ended {len(met)} leftover process(es) of the last start: {met}\n"
        )
    # Of a part that was started by the version before, the specification lacks what came since.
    left = specification.get("pid_file")
    if left:
        Path(left).unlink(missing_ok=True)
    note(record_file)
    os.chdir(specification["directory"])
    values = environment(specification)
    os.umask(0o022)
    stand_back(specification.get("niceness", 0))
    if specification["user"]:
        become(specification["user"])
    # The kernel forgets the death signal when the user changes, so it is set afterwards.
    ctypes.CDLL(None).prctl(
        PR_SET_PDEATHSIG, signal.Signals[f"SIG{specification['death_signal']}"].value
    )
    if os.getppid() != parent:
        sys.exit("livery: the supervisor is gone")
    command = specification["command"]
    sys.stderr.flush()
    os.execvpe(command[0], command, values)  # noqa: S606 (becoming the part is the purpose)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
