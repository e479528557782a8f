"""How the web's processes are begun, here and in containers."""

from collections.abc import Sequence
from pathlib import Path

import yaml

from controlplane.settings import _database
from mailcore.domains.services import asking
from stack.core_parts import code
from stack.model import Stack

COMPOSE = Path(__file__).parents[3] / "docker-compose.yml"


def option(command: Sequence[str], name: str) -> int:
    return int(command[command.index(name) + 1])


def test_servers_that_keep_silent_leave_threads_and_connections_for_others(stack: Stack) -> None:
    (web,) = (part for part in code.parts(stack) if part.name == "web")
    composed = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))["services"]["web"]["command"]
    connections = _database("web", pool=True)["OPTIONS"]["pool"]["max_size"]
    for command in (web.command, composed):
        # All that wait may have come to the same process.
        assert asking._OF_ALL < option(command, "--threads") <= connections
        assert option(command, "--keep-alive") == 0
