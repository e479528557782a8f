"""System users that parts run as: made when missing, never able to log in."""

import grp
import pwd
import subprocess

from stack.model import MAIL_USER, SERVICE_USER, StackError

OUR_USERS = {SERVICE_USER: "Livery services", MAIL_USER: "Livery mail store"}


def exists(name: str) -> bool:
    """Tell whether a system user exists."""
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def ensure() -> None:
    """Make the users `livery` and `vmail` when they are missing; needs root."""
    for name, comment in OUR_USERS.items():
        if exists(name):
            continue
        command = [
            "useradd",
            "--system",
            "--user-group",
            "--no-create-home",
            "--home-dir",
            "/nonexistent",
        ]
        result = subprocess.run(
            [*command, "--shell", "/usr/sbin/nologin", "--comment", comment, name],
            check=False,
            capture_output=True,
            text=True,
        )
        if result.returncode != 0 and not exists(name):
            raise StackError(f"Cannot make the system user {name}: {result.stderr.strip()}")


def groups_of(name: str) -> set[int]:
    """Return the numeric groups of a user, the primary one included."""
    account = pwd.getpwnam(name)
    return {account.pw_gid} | {group.gr_gid for group in grp.getgrall() if name in group.gr_mem}
