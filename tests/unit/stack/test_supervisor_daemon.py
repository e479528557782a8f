"""The supervisor on a full disk: /dev/full takes not a byte, as a log and as standard error."""

import subprocess
import sys
from pathlib import Path

import pytest

from stack.supervision import Supervisor
from tests.waiting import PATIENCE, eventually

CONFIGURATION = """
[unix_http_server]
file={folder}/sock
[supervisord]
nodaemon=true
logfile=/dev/full
logfile_maxbytes=0
pidfile={folder}/pid
[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
[program:part]
command=/bin/echo a line for the log
autorestart=true
startsecs=0
stdout_logfile=/dev/full
stdout_logfile_maxbytes=0
"""


def is_up(supervisor: Supervisor) -> bool:
    try:
        return bool(supervisor.pid())
    except OSError:
        return False


@pytest.mark.parametrize(
    ("module", "lives"), [("stack.supervisor_daemon", True), ("supervisor.supervisord", False)]
)
def test_what_a_full_disk_does_to_it(tmp_path: Path, module: str, lives: bool) -> None:
    (tmp_path / "conf").write_text(CONFIGURATION.format(folder=tmp_path))
    supervisor = Supervisor(tmp_path / "sock")
    with open("/dev/full", "wb") as full:
        process = subprocess.Popen(
            [sys.executable, "-m", module, "-c", str(tmp_path / "conf")], stdout=full, stderr=full
        )
    try:
        if not lives:
            assert process.wait(PATIENCE)
            return
        eventually(lambda: is_up(supervisor))
        first = eventually(lambda: supervisor.info("part").started)
        # It went on to start what ended, and that is more than one line that did not fit.
        eventually(lambda: supervisor.info("part").started > first)
        assert process.poll() is None
    finally:
        process.terminate()
        process.wait(PATIENCE)
