"""House rules that neither ruff nor import-linter can say."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from controlplane.schedule import ENTRIES

ROOT = Path(__file__).parents[2]
PLANES = ("platform/controlplane", "platform/kernel", "tenants", "mailcore", "billing")
EVERYTHING = (*PLANES, "platform/stack")
Function = ast.FunctionDef | ast.AsyncFunctionDef


def modules(*tops: str) -> Iterator[tuple[Path, ast.Module]]:
    for top in tops:
        for path in sorted((ROOT / top).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path.relative_to(ROOT), parsed(path)


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Every dotted name that is imported anywhere in a tree."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.lineno, node.module
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def is_service(path: Path) -> bool:
    return path.stem == "services" or path.parent.name == "services"


def can_be_swapped(node: Function) -> bool:
    """Two arguments without names are fine only while mypy would notice that they changed places."""
    loose = [
        ast.unparse(argument.annotation) if argument.annotation else ""
        for argument in (*node.args.posonlyargs, *node.args.args)
    ]
    return len(loose) > 2 or len(set(loose)) != len(loose)


def test_a_services_arguments_cannot_change_places_unseen():
    assert not [
        f"{path}:{node.lineno} {node.name}"
        for path, tree in modules(*PLANES)
        if is_service(path)
        for node in tree.body
        if isinstance(node, Function) and not node.name.startswith("_") and can_be_swapped(node)
    ]


def test_services_never_import_tasks():
    found = [
        f"{path}:{line} {name}"
        for path, tree in modules(*PLANES)
        if is_service(path) or path.stem == "selectors"
        for line, name in imported(tree)
        if name.rpartition(".")[2] == "tasks"
    ]
    assert not found


def test_only_edges_and_the_wiring_import_tasks():
    allowed = {"wiring", "celery", "tasks"}
    found = [
        f"{path}:{line} {name}"
        for path, tree in modules(*PLANES)
        if path.stem not in allowed
        and not path.match("platform/controlplane/*_events.py")  # the wiring's hands
        and not {"api", "management", "portal"} & set(path.parts)
        for line, name in imported(tree)
        if name.endswith(".tasks") and not name.startswith("kernel.")
    ]
    assert not found


def test_nothing_listens_to_signals():
    found = [
        f"{path}:{line}"
        for path, tree in modules(*EVERYTHING)
        for line, name in imported(tree)
        if name.startswith(("django.db.models.signals", "django.dispatch", "django.core.signals"))
    ]
    assert not found


def test_nothing_is_imported_inside_a_function():
    found = [
        f"{path}:{inner.lineno}"
        for path, tree in modules(*EVERYTHING)
        for node in ast.walk(tree)
        if isinstance(node, Function) and node.name != "ready"
        for inner in ast.walk(node)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]
    assert not found


def test_saving_a_model_only_saves_it():
    found = [
        f"{path}:{node.lineno}"
        for path, tree in modules(*PLANES)
        if path.stem == "models" or path.parent.name == "models"
        for node in ast.walk(tree)
        if isinstance(node, Function) and node.name in {"save", "delete"}
    ]
    assert not found


def tasks() -> Iterator[tuple[str, dict[str, str]]]:
    """Where each Celery task is declared, and with which options."""
    for path, tree in modules(*PLANES):
        for node in ast.walk(tree):
            for decorator in node.decorator_list if isinstance(node, Function) else ():
                call = decorator if isinstance(decorator, ast.Call) else None
                if "shared_task" in ast.unparse(call.func if call else decorator):
                    options = {
                        word.arg or "": ast.unparse(word.value)
                        for word in (call.keywords if call else ())
                    }
                    yield f"{path}:{node.lineno}", options


def test_every_task_has_a_name_that_does_not_move_with_its_file():
    found = dict(tasks())
    assert found
    assert not [place for place, options in found.items() if "name" not in options]


def test_every_task_has_its_queue():
    """At its declaration; or, for one queue per node, where it is sent."""
    sent = {repr(entry.task) for entry in ENTRIES}
    assert not [
        place
        for place, options in tasks()
        if "queue" not in options and options.get("name") not in sent
    ]


def test_beat_sends_only_tasks_that_there_are():
    assert {repr(entry.task) for entry in ENTRIES} <= {options["name"] for _, options in tasks()}


def test_no_marker_of_unfinished_work_is_left():
    words = ("TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK")
    found = [
        f"{path.relative_to(ROOT)}: {word}"
        for top in (*EVERYTHING, "tests", "templates", "platform/deploy", "docs")
        for path in (ROOT / top).rglob("*")
        if path.is_file() and path.suffix in {".py", ".html", ".sh", ".j2", ".md", ".sql", ".txt"}
        for word in words
        if f"{word}:" in path.read_text(encoding="utf-8") or f"# {word}" in path.read_text("utf-8")
    ]
    assert not found
