"""`up` says what is in the way before it starts anything."""

import os
import pwd
import tempfile
from pathlib import Path

import pytest

from stack import preflight, processes
from stack.model import Part, Stack, StackError


def test_a_closed_parent_folder_is_found() -> None:
    # pytest's own folders are closed to others, so this one lies elsewhere.
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name:
        top = Path(name)
        top.chmod(0o755)
        closed = top / "closed"
        (closed / "var").mkdir(parents=True)
        closed.chmod(0o700)
        assert preflight.first_closed_folder("nobody", closed / "var") == closed
        closed.chmod(0o711)
        assert preflight.first_closed_folder("nobody", closed / "var") is None


def test_the_owner_passes_through_a_private_folder(tmp_path: Path) -> None:
    me = pwd.getpwuid(os.getuid()).pw_name
    tmp_path.chmod(0o700)
    assert preflight.first_closed_folder(me, tmp_path) is None


def test_a_taken_port_names_the_part_and_the_process(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = processes.Listener(address="0.0.0.0", port=6379, pid=77, command="redis-server *:6379")
    monkeypatch.setattr(processes, "listeners", lambda: [held])
    part = Part(name="redis", command=("/bin/true",), listens=(("127.77.9.6", 6379),))
    with pytest.raises(StackError) as caught:
        preflight.require_free_ports(stack, [part])
    message = str(caught.value)
    assert "redis wants 127.77.9.6:6379" in message
    assert "process 77: redis-server *:6379" in message


def test_two_stacks_do_not_share_a_state_folder(stack: Stack) -> None:
    stack.var.mkdir()
    preflight.require_own_state(stack)
    preflight.require_own_state(stack)
    (stack.var / "number").write_text("3\n")
    with pytest.raises(StackError, match="holds the state of stack 3"):
        preflight.require_own_state(stack)
