"""What must be true before anything is started: root, users that can reach var/, and free ports."""

import os
import platform
import pwd
import stat
from collections.abc import Iterable, Sequence
from pathlib import Path

from stack import accounts, processes
from stack.model import Endpoint, Part, Stack, StackError

#: Users that masters change to by themselves, so no part names them.
MASTERS_USERS = ("knot", "unbound", "_rspamd", "dovecot", "postfix", "caddy", "www-data")


def require_root(action: str) -> None:
    """Raise StackError unless we are root, with the command that would do."""
    if os.geteuid() != 0:
        raise StackError(
            f"This needs root (ports below 1024, several system users): sudo ./livery {action}"
        )


def require_linux() -> None:
    """Raise StackError on a system without /proc and 127.0.0.0/8 on the loopback device."""
    if platform.system() != "Linux":
        raise StackError("The stack runs on Linux only (Debian 12 or Ubuntu 24.04)")


def require_own_state(stack: Stack) -> None:
    """Raise StackError when var/ holds the state of a stack with another number; note ours when it is new."""
    note = stack.var / "number"
    try:
        number = int(note.read_text())
    except FileNotFoundError:
        note.write_text(f"{stack.number}\n")
        return
    except ValueError:
        raise StackError(
            f"{note} does not hold a stack number; remove {stack.var} to begin anew"
        ) from None
    if number != stack.number:
        raise StackError(
            f"{stack.var} holds the state of stack {number}: give stack {stack.number} a folder of its own (--var DIR)"
        )


def require_reachable(paths: Iterable[Path], parts: Sequence[Part]) -> None:
    """Raise StackError when a part's user cannot pass through every folder above PATHS."""
    named = {part.user for part in parts if part.user} | set(accounts.OUR_USERS)
    users = sorted(named | {name for name in MASTERS_USERS if accounts.exists(name)})
    blocked: dict[Path, list[str]] = {}
    for user in users:
        for path in paths:
            folder = first_closed_folder(user, path)
            if folder is not None and user not in blocked.setdefault(folder, []):
                blocked[folder].append(user)
    if blocked:
        lines = [
            f"The service users {', '.join(names)} cannot pass through {folder}.\n"
            f"  Let them:  chmod o+x {folder}    (it opens the way through, not the list of files)"
            for folder, names in blocked.items()
        ]
        raise StackError("\n".join([*lines, "  or put the checkout elsewhere, e.g. below /srv."]))


def first_closed_folder(user: str, path: Path) -> Path | None:
    """Return the topmost existing folder on the way to PATH that USER may not pass through, or None."""
    account = pwd.getpwnam(user)
    groups = accounts.groups_of(user)
    for folder in [*reversed(path.resolve().parents), path.resolve()]:
        if not folder.is_dir():
            return None
        facts = folder.stat()
        if facts.st_uid == account.pw_uid:
            needed = stat.S_IXUSR
        elif facts.st_gid in groups:
            needed = stat.S_IXGRP
        else:
            needed = stat.S_IXOTH
        if not facts.st_mode & needed:
            return folder
    return None


def require_free_ports(stack: Stack, parts: Sequence[Part]) -> None:
    """Raise StackError that names each part whose port is taken, and the process that has it."""
    existing = processes.listeners()
    wanted: list[tuple[str, Endpoint]] = [
        (part.name, endpoint) for part in parts for endpoint in part.listens
    ]
    lines = []
    for name, endpoint in wanted:
        taken = processes.in_the_way(endpoint, existing)
        if taken is not None:
            who = (
                f"process {taken.pid}: {taken.command[:120]}"
                if taken.pid
                else "a process we cannot see"
            )
            lines.append(
                f"{name} wants {endpoint[0]}:{endpoint[1]}, but {taken.address}:{taken.port} is taken by {who}"
            )
    if lines:
        hint = f"Stop it, or take another stack number: ./livery up --stack {stack.number + 1}"
        raise StackError("\n".join([*lines, hint]))
