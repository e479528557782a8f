"""The launcher that stays in the foreground."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from stack import launch, record, supervision
from stack.model import Stack


def test_a_supervisor_that_dies_while_it_is_asked_does_not_end_the_launcher(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse() -> None:
        raise ConnectionRefusedError

    ours = SimpleNamespace(launcher=launch.os.getpid(), is_supervised=True)
    turns = [ours, ours, None]
    monkeypatch.setattr(launch, "WATCH_SECONDS", 0)
    monkeypatch.setattr(record, "find", lambda _number: turns.pop(0))
    monkeypatch.setattr(supervision, "connect", lambda _stack: SimpleNamespace(all=refuse))
    launch.attend(Stack(number=5, mode="test", checkout=Path("/"), var=Path("/nonexistent")))
    assert "was stopped" in capsys.readouterr().out
