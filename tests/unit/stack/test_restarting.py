"""Parts that are started anew, as after an upgrade of the code."""

import json
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace

import pytest

from stack import launch, record, registry, supervision
from stack.model import Part, Stack


def test_files_that_a_later_version_wants_are_made_before_its_parts_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    done: list[str] = []
    supervisor = SimpleNamespace(
        stop=lambda name: done.append(f"stop {name}"),
        info=lambda _name: SimpleNamespace(is_alive=False),
        take_configuration=lambda: done.append("configuration"),
    )

    class Startup:
        def __init__(self, _stack: Stack, _supervisor: object, parts: list[Part]) -> None:
            self.names = [part.name for part in parts]

        def run(self) -> None:
            done.append(f"start {self.names}")

    monkeypatch.setattr(record, "find", lambda _number: None)
    monkeypatch.setattr(record, "exclusive", lambda _number, what: nullcontext())
    monkeypatch.setattr(supervision, "connect", lambda _stack: supervisor)

    def render(_stack: Stack, parts: list[Part], *, starting: list[Part]) -> None:
        assert [part.name for part in parts] == ["prepare", "web"]
        done.append(f"render {[part.name for part in starting]}")

    monkeypatch.setattr(supervision, "render", render)
    monkeypatch.setattr(launch, "prepare_state", lambda _stack: done.append("state"))
    monkeypatch.setattr(launch, "Startup", Startup)
    parts = [SimpleNamespace(name=name, once=name == "prepare") for name in ("prepare", "web")]
    monkeypatch.setattr(registry, "parts", lambda _stack: parts)
    stack = Stack(number=125, mode="test", checkout=Path("/"), var=Path("/nonexistent"))
    launch.restart(stack, ["web"])
    assert done == ["state", "stop web", "render ['web']", "configuration", "start ['web']"]


def test_a_part_that_was_not_named_comes_back_as_it_was_should_it_end_by_itself(
    tmp_path: Path,
) -> None:
    here = Path(__file__).parents[3]
    (tmp_path / "new").symlink_to(here)
    old = Stack(number=125, mode="test", checkout=here, var=tmp_path)
    new = Stack(number=125, mode="test", checkout=tmp_path / "new", var=tmp_path)
    parts = [Part(name="web", command=("serve",)), Part(name="egress.node1", command=("send",))]
    supervision.render(old, parts, starting=parts)
    configuration = supervision.render(new, parts, starting=parts[:1]).read_text()
    specifications = {
        part.name: json.loads((tmp_path / "parts" / f"{part.name}.json").read_text())
        for part in parts
    }
    directories = {name: one["directory"] for name, one in specifications.items()}
    assert directories == {"web": str(new.checkout), "egress.node1": str(here)}
    # The supervisor knows all of them all the same: it would forget those that are left out.
    assert configuration.count("\n[program:") == 2
