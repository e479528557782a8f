"""How long the engine's own claims take, as PostgreSQL writes it into its log."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from stack.bench.delivery.ours import folder_of
from stack.client.endpoints import Endpoints
from stack.core_parts.postgres import SERVER_USER, socket_folder
from stack.model import Stack

ROLE = "livery_delivery"
_DURATION = re.compile(r"duration: ([0-9.]+) ms  execute [^:]*: (.*)")
#: Of the role, for connections that begin from now on.
_SETTINGS = {"log_min_duration_statement": "0", "log_parameter_max_length": "0"}


@contextmanager
def logged(endpoints: Endpoints) -> Iterator[list[float]]:
    """Yield what will hold the claims' milliseconds after the block, in which the engine must start."""
    found: list[float] = []
    _set(endpoints, [f"SET {key} = '{value}'" for key, value in _SETTINGS.items()])
    try:
        yield found
    finally:
        _set(endpoints, [f"RESET {key}" for key in _SETTINGS])
        # Nothing else makes it write durations, so what was rotated away meanwhile counts as well.
        for log in (folder_of(endpoints) / "log").glob("postgres.log*"):
            with log.open(encoding="utf-8", errors="replace") as lines:
                found += durations(lines, first_line=first_line(endpoints))


def durations(lines: Iterable[str], *, first_line: str) -> list[float]:
    """The milliseconds of the statements that begin with this line."""
    found = (_DURATION.search(line) for line in lines)
    return [float(match[1]) for match in found if match and match[2].strip() == first_line]


def first_line(endpoints: Endpoints) -> str:
    """How the claim begins, as the product has it."""
    file = Path(str(endpoints.raw["checkout"])) / "mailcore" / "delivery" / "sql" / "claim.sql"
    return file.read_text(encoding="utf-8").partition("\n")[0].strip()


def _set(endpoints: Endpoints, settings: Iterable[str]) -> None:
    raw = endpoints.raw
    stack = Stack(
        number=int(raw["stack"]),
        mode=raw["mode"],
        checkout=Path(str(raw["checkout"])),
        var=folder_of(endpoints),
    )
    with psycopg.connect(
        host=str(socket_folder(stack)),
        port=stack.port("postgres"),
        user=SERVER_USER,
        dbname="postgres",
        autocommit=True,
    ) as connection:
        for setting in settings:
            connection.execute(f"ALTER ROLE {ROLE} {setting}".encode())
