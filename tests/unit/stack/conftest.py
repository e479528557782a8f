"""A stack that was never started, in a folder of its own, owned by whoever runs the tests."""

import os
import pwd
from pathlib import Path

import pytest

from stack import folders
from stack.model import Stack


@pytest.fixture
def stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stack:
    me = pwd.getpwuid(os.getuid())
    monkeypatch.setattr(folders.pwd, "getpwnam", lambda _: me)
    checkout = Path(__file__).resolve().parents[3]
    return Stack(number=9, mode="stack", checkout=checkout, var=tmp_path / "var")
