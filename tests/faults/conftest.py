"""The stage for faults: a running stack, a furnished reseller, and a hand on the supervisor."""

import os
import signal
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest

from stack.bench.furnishing import furnished
from stack.client.endpoints import ENVIRONMENT_NAME, Endpoints, load_endpoints
from stack.client.waiting import wait_for
from stack.demo.world import World
from stack.mail_parts import dovecot
from stack.model import NotReadyError, Stack
from stack.startup import probe
from stack.supervision import Supervisor

HERE = Path(__file__).parent
READY_SECONDS = 180
TALKERS = ("accept", "postgres", "unbound", "postfix", "egress.node1")
LOG_LINES = 25


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here stops and kills parts: one at a time."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.faults)
            item.add_marker(pytest.mark.xdist_group("stack"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show the end of the logs of the parts that carry mail when a test fails."""
    report = yield
    known = os.environ.get(ENVIRONMENT_NAME)
    if report.when == "call" and report.failed and known and HERE in item.path.parents:
        for name in TALKERS:
            log = Path(known).parent / "log" / f"{name}.log"
            lines = log.read_text(errors="replace").splitlines() if log.exists() else []
            report.sections.append((f"log of {name}", "\n".join(lines[-LOG_LINES:])))
    return report


class Parts:
    """Stops, starts and kills the parts of one stack."""

    def __init__(self, endpoints: Endpoints) -> None:
        socket = Path(f"/run/livery-{endpoints.raw['stack']}/supervisor.sock")
        self._supervisor = Supervisor(socket)

    def names(self) -> set[str]:
        """Return every part under supervision."""
        return set(self._supervisor.all())

    def stop(self, name: str) -> None:
        """Stop a part and wait until it is gone."""
        self._supervisor.stop(name)
        wait_for(
            lambda: not self._supervisor.info(name).is_alive,
            what=f"stopped {name}",
            seconds=READY_SECONDS,
        )

    def start(self, name: str) -> None:
        """Start a part and wait until it runs."""
        self._supervisor.start(name)
        self.wait_running(name)

    def wait_running(self, name: str, *, not_pid: int = 0) -> int:
        """Wait until a part runs (under another pid than NOT_PID) and return its pid."""

        def look() -> int | None:
            info = self._supervisor.info(name)
            return info.pid if info.state == "RUNNING" and info.pid != not_pid else None

        return wait_for(look, what=f"running {name}", seconds=READY_SECONDS)

    def kill(self, name: str) -> None:
        """Kill -9 a part's main process and wait until the supervisor has started it anew."""
        pid = self.wait_running(name)
        os.kill(pid, signal.SIGKILL)
        self.wait_running(name, not_pid=pid)


@pytest.fixture(scope="session")
def endpoints() -> Endpoints:
    """The map of the running stack."""
    if not os.environ.get(ENVIRONMENT_NAME):
        pytest.skip(f"no running stack: {ENVIRONMENT_NAME} is not set (./livery test sets it)")
    return load_endpoints()


@pytest.fixture(scope="session")
def stack(endpoints: Endpoints) -> Stack:
    """The running stack, as those see it who look after it."""
    raw = endpoints.raw
    var = Path(raw["env_file"]).parent
    return Stack(number=raw["stack"], mode=raw["mode"], checkout=Path(raw["checkout"]), var=var)


@pytest.fixture
def logins_answered(stack: Stack) -> Callable[[], None]:
    """Waits until Dovecot says that it is well, which asks the database."""
    (part,) = dovecot.parts(stack)

    def look() -> str | None:
        try:
            return probe(part)
        except (OSError, NotReadyError):
            return None

    def wait() -> None:
        wait_for(look, what="Dovecot is well", seconds=READY_SECONDS)

    return wait


@pytest.fixture(autouse=True)
def well_afterwards(logins_answered: Callable[[], None]) -> Iterator[None]:
    """Whoever comes next finds mailboxes as they were: one look-up fails after PostgreSQL was killed."""
    yield
    logins_answered()


@pytest.fixture(scope="session")
def parts(endpoints: Endpoints) -> Parts:
    """A hand on the supervisor."""
    return Parts(endpoints)


@pytest.fixture(scope="session")
def world(endpoints: Endpoints) -> World:
    """A new reseller with a verified domain and two mailboxes."""
    return furnished(endpoints)
