"""Read the environment: the process's own variables, then the stack's env file."""

import os
from pathlib import Path

import environ

ENV = environ.Env()

_file = os.environ.get("LIVERY_ENV_FILE")
if _file:
    environ.Env.read_env(_file, overwrite=False)


def text(name: str, default: str = "") -> str:
    """A text setting."""
    return str(ENV.str(name, default=default))


def number(name: str, default: float) -> float:
    """A number; refuses anything else at start."""
    return float(ENV.float(name, default=default))


def flag(name: str, *, default: bool) -> bool:
    """`true` or `false`; anything else is refused rather than guessed."""
    value = text(name, "true" if default else "false").lower()
    if value not in {"true", "false"}:
        raise ValueError(f"{name} is {value!r}: write true or false")
    return value == "true"


def secret(name: str, default: str = "") -> str:
    """The content of the file that `name` points to, without its line end."""
    path = text(name)
    return Path(path).read_text(encoding="utf-8").strip() if path else default


def address(name: str, default: str) -> tuple[str, int]:
    """`ip:port` as a pair."""
    host, _, port = text(name, default).rpartition(":")
    return host, int(port)


def password_of(role: str) -> str:
    """The database password of a role, out of the folder of password files."""
    folder = text("LIVERY_DATABASE_PASSWORDS")
    path = Path(folder) / role
    return path.read_text(encoding="utf-8").strip() if folder and path.exists() else ""
