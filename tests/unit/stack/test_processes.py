"""Who is in the way of a port, and who is alive."""

import os
import subprocess
import sys

import pytest

from stack import processes
from stack.part import process_state
from stack.processes import Listener


def listener(address: str, port: int) -> Listener:
    return Listener(address=address, port=port, pid=42, command="someone")


@pytest.mark.parametrize("address", ["127.77.1.2", "0.0.0.0", "::", "::ffff:127.77.1.2"])
def test_a_port_is_taken_by_its_address_or_by_all_addresses(address: str) -> None:
    found = processes.in_the_way(("127.77.1.2", 5432), [listener(address, 5432)])
    assert found is not None
    assert found.pid == 42


@pytest.mark.parametrize(("address", "port"), [("127.77.2.2", 5432), ("127.77.1.2", 5433)])
def test_other_stacks_and_other_ports_are_not_in_the_way(address: str, port: int) -> None:
    assert processes.in_the_way(("127.77.1.2", 5432), [listener(address, port)]) is None


def test_a_reused_pid_is_not_taken_for_the_old_process() -> None:
    start = process_state(os.getpid())[2]
    assert processes.is_alive(os.getpid(), start=start)
    assert not processes.is_alive(os.getpid(), start=start - 1)


def test_processes_are_found_by_the_mark_in_their_environment() -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", "input()"],
        stdin=subprocess.PIPE,
        env={"LIVERY_PART": "250:test-mark"},
    )
    try:
        assert processes.marked("250:") == [child.pid]
        assert processes.marked("25:") == []
        processes.end([child.pid])
        assert child.wait() != 0
    finally:
        child.kill()
        child.communicate()


def test_the_kernels_socket_table_is_read_as_addresses() -> None:
    assert processes._decode("02014D7F:1538") == ("127.77.1.2", 5432)
    assert processes._decode("00000000000000000000000000000000:0019") == ("::", 25)
