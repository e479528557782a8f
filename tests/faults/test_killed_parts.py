"""kill -9 of any part, or of the supervisor, heals without leftovers on the ports.

Needs the running test stack (`./livery test`) and root.
"""

import json
import os
import signal
import time

import pytest

from stack import launch, processes, record, registry, supervision
from stack.model import NotReadyError, Part, Stack
from stack.startup import probe

pytestmark = [pytest.mark.e2e, pytest.mark.faults]

COMMANDS = ("prepare", "seed")
SUPERVISED = [name for name in registry.ORDER if name not in COMMANDS]
HEALED_WITHIN = 180


def part_of(stack: Stack, name: str) -> Part:
    return next(part for part in registry.parts(stack) if part.name == name)


def recorded_pid(stack: Stack, name: str) -> int:
    return int(json.loads((stack.var / "pids" / f"{name}.json").read_text())["pid"])


def wait_until_healthy(stack: Stack, name: str, *, but_not: int) -> str:
    part = part_of(stack, name)
    until = time.monotonic() + HEALED_WITHIN
    saw = "nothing yet"
    while time.monotonic() < until:
        supervisor = supervision.connect(stack)
        if supervisor is not None:
            info = supervisor.info(name)
            if info.state == "RUNNING" and info.pid != but_not:
                try:
                    return probe(part)
                except (OSError, NotReadyError) as error:
                    saw = str(error)
        time.sleep(0.2)
    pytest.fail(f"{name} is not healthy {HEALED_WITHIN} s after kill -9: {saw}")


@pytest.mark.parametrize("name", SUPERVISED)
def test_a_killed_part_is_back_without_help(stack: Stack, name: str) -> None:
    wait_until_healthy(stack, name, but_not=0)
    victim = recorded_pid(stack, name)
    os.kill(victim, signal.SIGKILL)
    wait_until_healthy(stack, name, but_not=victim)
    holders = {
        one.pid
        for one in processes.listeners()
        if (one.address, one.port) in part_of(stack, name).listens
    }
    assert victim not in holders


def test_a_killed_supervisor_is_replaced_and_everything_is_back(stack: Stack) -> None:
    known = record.find(stack.number)
    assert known is not None
    os.kill(known.supervisor, signal.SIGKILL)
    until = time.monotonic() + 60
    while known.is_supervised and time.monotonic() < until:
        time.sleep(0.05)
    assert launch.bring_up(stack, detached=False)
    following = record.find(stack.number)
    assert following is not None
    assert following.supervisor != known.supervisor
    for part in registry.parts(stack):
        if not part.once:
            probe(part)
