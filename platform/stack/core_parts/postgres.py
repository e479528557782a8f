"""PostgreSQL: a cluster of its own below var/, its roles and its database."""

import os
import subprocess
from pathlib import Path

import psycopg

from stack import secret_files
from stack.model import DATABASE, Part, Stack, StackError

SERVER_USER = "postgres"
INSTALLED = Path("/usr/lib/postgresql")


def binary(name: str) -> Path:
    """Return a program of the newest PostgreSQL that Debian installed; StackError when there is none."""
    versions = sorted(
        (folder for folder in INSTALLED.glob("*") if (folder / "bin" / name).exists()),
        key=lambda folder: int(folder.name),
    )
    if not versions:
        raise StackError("PostgreSQL is not installed: run ./livery up as root once")
    return versions[-1] / "bin" / name


def socket_folder(stack: Stack) -> Path:
    """Return the folder of PostgreSQL's unix socket."""
    return stack.run / "postgres"


def data_folder(stack: Stack) -> Path:
    """Return the cluster's data directory."""
    return stack.var / "postgres" / "data"


def parts(stack: Stack) -> list[Part]:
    """Return the database server."""
    data = data_folder(stack)
    return [
        Part(
            name="postgres",
            command=(
                str(binary("postgres")),
                "-D",
                str(data),
                "-c",
                f"config_file={stack.etc / 'postgres' / 'postgresql.conf'}",
            ),
            user=SERVER_USER,
            directory=stack.var / "postgres",
            listens=(stack.endpoint("postgres"),),
            check=lambda: _check(stack),
            prepare=lambda: _prepare(stack),
            after=lambda: _bootstrap(stack),
            # INT is PostgreSQL's fast shutdown; TERM would wait for its clients.
            stop_signal="INT",
            death_signal="INT",
            stop_seconds=60,
            ready_seconds=60,
        )
    ]


def _prepare(stack: Stack) -> None:
    stack.folder("postgres", owner=SERVER_USER, mode=0o750)
    stack.run_folder("postgres", owner=SERVER_USER, mode=0o755)
    values = {"data": data_folder(stack), "sockets": socket_folder(stack)}
    for name in ("postgresql.conf", "pg_hba.conf", "pg_ident.conf"):
        stack.render(f"postgres/{name}.j2", f"postgres/{name}", values=values)
    if not (data_folder(stack) / "PG_VERSION").exists():
        _make_cluster(stack)


def _make_cluster(stack: Stack) -> None:
    data = data_folder(stack)
    command = [str(binary("initdb")), "-D", str(data), "--locale=C.UTF-8", "--encoding=UTF8"]
    result = subprocess.run(
        ["setpriv", f"--reuid={SERVER_USER}", f"--regid={SERVER_USER}", "--init-groups", *command,
         "--auth=reject", "--data-checksums", "--no-instructions"],
        cwd=stack.var / "postgres",
        env={"PATH": os.defpath, "LANG": "C.UTF-8"},
        check=False,
        capture_output=True,
        text=True,
    )  # fmt: skip
    if result.returncode != 0:
        raise StackError(f"initdb failed: {(result.stderr or result.stdout).strip()}")


def _check(stack: Stack) -> str:
    try:
        with psycopg.connect(
            host=str(socket_folder(stack)),
            port=stack.port("postgres"),
            user=SERVER_USER,
            dbname="postgres",
            connect_timeout=3,
        ) as connection:
            row = connection.execute("SELECT current_setting('server_version')").fetchone()
    except psycopg.Error as error:
        raise OSError(f"no answer to a query: {error}") from error
    return f"answers queries, version {row[0].split()[0] if row else '?'}"


def _bootstrap(stack: Stack) -> None:
    """Make roles, database and default privileges; each file may run again at every `up`."""
    passwords = {role: stack.secret(f"database/{role}") for role in secret_files.DATABASE_ROLES}
    _psql(stack, user=SERVER_USER, database="postgres", file="roles.sql", variables=passwords)
    _psql(stack, user="livery_owner", database=DATABASE, file="privileges.sql")
    _psql(stack, user="livery_provision", database=DATABASE, file="provision.sql")


def _psql(
    stack: Stack, *, user: str, database: str, file: str, variables: dict[str, str] | None = None
) -> None:
    # Passwords go in by standard input: a command line can be read by every user of the machine.
    assignments = "".join(f"\\set {name} '{value}'\n" for name, value in (variables or {}).items())
    script = stack.deploy / "postgres" / file
    result = subprocess.run(
        [str(binary("psql")), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", str(socket_folder(stack)),
         "-p", str(stack.port("postgres")), "-U", user, "-d", database, "-f", "-"],
        input=assignments + script.read_text(),
        env={"PATH": os.defpath, "LANG": "C.UTF-8", "PGOPTIONS": "-c client_min_messages=warning"},
        cwd="/",
        check=False,
        capture_output=True,
        text=True,
    )  # fmt: skip
    if result.returncode != 0:
        raise StackError(f"{script} failed: {result.stderr.strip()}")
