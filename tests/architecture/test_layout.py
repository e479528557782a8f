"""Names on the import path are ours alone, and each folder holds what its name says."""

import ast
import platform
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("platform/controlplane", "platform/kernel", "platform/stack")
PLANES = ("tenants", "mailcore", "billing")
#: Names that say nothing: what would stand there belongs to a capability.
EMPTY_WORDS = {"utils", "util", "helpers", "helper", "common", "misc", "tools", "base", "shared"}
#: Django looks for a database engine in a module of this name.
DJANGOS_OWN = ROOT / "platform/kernel/database/base.py"
#: What a capability folder may hold; anything else needs a reason beside it.
CAPABILITY_FILES = {
    "__init__", "adapters", "api", "apps", "errors", "events", "models", "ports", "selectors",
    "services", "states", "tasks",
}  # fmt: skip


def importable(folder: Path) -> set[str]:
    """The names that `import` finds in a folder of the path."""
    modules = {path.stem for path in folder.glob("*.py")}
    return modules | {path.parent.name for path in folder.glob("*/__init__.py")}


def sources() -> list[Path]:
    return [path for top in (*PACKAGES, *PLANES) for path in (ROOT / top).rglob("*.py")]


def test_the_standard_librarys_platform_is_the_one_imported():
    assert Path(platform.__file__).parent == Path(sysconfig.get_path("stdlib"))


def test_the_platform_folder_is_no_package():
    assert not list((ROOT / "platform").glob("*.py"))


@pytest.mark.parametrize("folder", [".", "platform"])
def test_no_name_on_the_path_hides_the_standard_library(folder):
    assert not importable(ROOT / folder) & set(sys.stdlib_module_names)


def test_no_module_has_a_name_that_says_nothing():
    found = [
        path
        for path in sources()
        if {path.stem, path.parent.name} & EMPTY_WORDS and path != DJANGOS_OWN
    ]
    assert not found


def test_every_folder_with_code_is_a_package():
    folders = {path.parent for path in sources()}
    assert not [folder for folder in folders if not (folder / "__init__.py").exists()]


def test_every_module_says_what_it_is():
    silent = [
        path
        for path in sources()
        if "migrations" not in path.parts
        and path.read_text(encoding="utf-8").strip()
        and not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert not silent


def test_every_capability_is_listed_in_its_planes_contract():
    """import-linter's `exhaustive` says the same; this one names the folder."""
    contracts = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    for plane in PLANES:
        for folder in (ROOT / plane).glob("*/__init__.py"):
            assert f'"{folder.parent.name}"' in contracts, f"{plane}/{folder.parent.name}"
