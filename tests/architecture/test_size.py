"""Files fit in the head and functions on a screen."""

import ast
import statistics
from pathlib import Path

ROOT = Path(__file__).parents[2]
TOPS = ("platform", "tenants", "mailcore", "billing", "clients", "tests")
LONGEST_FILE = 400
LONGEST_FUNCTION = 60
MEDIAN_FILE = 70


def sources() -> list[Path]:
    found = [path for top in TOPS for path in (ROOT / top).rglob("*.py")]
    return [path for path in found if "migrations" not in path.parts]


def is_made(path: Path) -> bool:
    """Whether a program wrote it: the client's part that mirrors the API's document."""
    return "resources" in path.parts or path.name == "shapes.py"


def lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def test_no_file_is_longer_than_400_lines():
    own = [path for path in sources() if not is_made(path)]
    assert not {str(path): lines(path) for path in own if lines(path) > LONGEST_FILE}


def test_half_of_the_products_files_are_short():
    own = [path for path in sources() if not is_made(path) and "tests" not in path.parts]
    own = [path for path in own if lines(path) > 1]
    assert statistics.median(lines(path) for path in own) <= MEDIAN_FILE


def test_no_function_is_longer_than_a_screen():
    long = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 > LONGEST_FUNCTION
    ]
    assert not long
