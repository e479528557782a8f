"""A part that was killed leaves nothing behind at its next start."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from stack import part

#: A master whose child ignores SIGTERM, as a server with a connected client does.
MASTER = """
import os, signal, time
if os.fork() == 0:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print(os.getpid(), flush=True)
time.sleep(60)
"""


def specification(folder: Path, command: list[str]) -> Path:
    path = folder / "part.json"
    path.write_text(
        json.dumps(
            {
                "mark": "251:unit",
                "record": str(folder / "pid.json"),
                "command": command,
                "user": None,
                "environment": {"COLOUR": "blue"},
                "directory": str(folder),
                "death_signal": "TERM",
                "niceness": 3,
                "pid_file": str(folder / "program.pid"),
            }
        )
    )
    return path


def start(path: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-IS", str(Path(part.__file__)), str(path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def is_gone(pid: int) -> bool:
    try:
        return part.process_state(pid)[0] == "Z"
    except OSError:
        return True


def test_the_children_of_a_killed_master_are_ended_at_the_next_start(tmp_path: Path) -> None:
    master = start(specification(tmp_path, [sys.executable, "-c", MASTER]))
    assert master.stdout is not None
    child = int(master.stdout.readline())
    master.kill()
    master.wait()
    assert not is_gone(child)
    following = start(specification(tmp_path, ["/bin/echo", "started"]))
    said, _ = following.communicate(timeout=30)
    assert f"[{child}]" in said
    assert said.endswith("started\n")
    assert is_gone(child)
    master.stdout.close()


def test_a_stranger_with_the_old_number_is_left_alone(tmp_path: Path) -> None:
    stranger = subprocess.Popen(["/bin/sleep", "60"], start_new_session=True)
    try:
        record = {"pid": stranger.pid, "start": 1, "boot": part.boot_id()}
        (tmp_path / "pid.json").write_text(json.dumps(record))
        said, _ = start(specification(tmp_path, ["/bin/echo", "started"])).communicate(timeout=30)
        assert said == "started\n"
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_records_of_an_earlier_boot_mean_nothing(tmp_path: Path) -> None:
    (tmp_path / "pid.json").write_text(
        json.dumps({"pid": os.getpid(), "start": part.process_state(os.getpid())[2], "boot": "x"})
    )
    assert part.end_leftovers(tmp_path / "pid.json", "251:unit") == []


def test_a_part_gets_a_clean_environment_and_its_mark(tmp_path: Path) -> None:
    said, _ = start(specification(tmp_path, ["/usr/bin/env"])).communicate(timeout=30)
    values = dict(line.split("=", 1) for line in said.splitlines())
    assert values["LIVERY_PART"] == "251:unit"
    assert values["COLOUR"] == "blue"
    assert "PYTHONSAFEPATH" not in values
    recorded = json.loads((tmp_path / "pid.json").read_text())
    assert recorded["boot"] == part.boot_id()
    assert recorded["start"] <= time.clock_gettime(time.CLOCK_BOOTTIME) * os.sysconf("SC_CLK_TCK")


def test_a_part_stands_back_for_others(tmp_path: Path) -> None:
    started = start(specification(tmp_path, [sys.executable, "-c", "import os; print(os.nice(0))"]))
    said, _ = started.communicate(timeout=60)
    assert said.strip().endswith("3")


def test_a_number_that_a_killed_program_left_is_no_sign_that_it_runs(tmp_path: Path) -> None:
    (tmp_path / "program.pid").write_text(f"{os.getpid()}\n")  # somebody else's by now
    looks = f"import pathlib; print(pathlib.Path({str(tmp_path / 'program.pid')!r}).exists())"
    said, _ = start(specification(tmp_path, [sys.executable, "-c", looks])).communicate(timeout=60)
    assert said.strip().endswith("False")


def test_a_part_of_the_version_before_comes_back(tmp_path: Path) -> None:
    path = specification(tmp_path, [sys.executable, "-c", "print('here')"])
    old = json.loads(path.read_text())
    path.write_text(json.dumps({key: old[key] for key in old.keys() - {"niceness", "pid_file"}}))
    said, _ = start(path).communicate(timeout=60)
    assert said.strip().endswith("here")
