"""Folders and files with the right owner and mode, written so that nobody ever sees half a file."""

import os
import pwd
from pathlib import Path


def make(path: Path, *, owner: str = "root", mode: int = 0o755) -> Path:
    """Make a folder with its parents, set owner and mode on the last one and return it."""
    path.mkdir(parents=True, exist_ok=True)
    give(path, owner=owner, mode=mode)
    return path


def give(path: Path, *, owner: str, mode: int) -> None:
    """Set owner (with their primary group) and mode of one path; KeyError for an unknown user."""
    account = pwd.getpwnam(owner)
    os.chown(path, account.pw_uid, account.pw_gid)
    path.chmod(mode)


def write(path: Path, content: str | bytes, *, owner: str = "root", mode: int = 0o644) -> Path:
    """Replace a file in one step: the content is never readable with a wider mode than asked for."""
    path.parent.mkdir(parents=True, exist_ok=True)
    data = content.encode() if isinstance(content, str) else content
    account = pwd.getpwnam(owner)
    draft = path.with_name(f".{path.name}.new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(data)
        os.fchown(stream.fileno(), account.pw_uid, account.pw_gid)
        os.fchmod(stream.fileno(), mode)
    draft.replace(path)
    return path
