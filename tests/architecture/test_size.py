"""Files fit in the head and functions on a screen."""

import ast
import statistics
from pathlib import Path

ROOT = Path(__file__).parents[2]
TOPS = ("platform", "tenants", "mailcore", "billing", "tests")
LONGEST_FILE = 400
LONGEST_FUNCTION = 60
MEDIAN_FILE = 70


def sources() -> list[Path]:
    found = [path for top in TOPS for path in (ROOT / top).rglob("*.py")]
    return [path for path in found if "migrations" not in path.parts]


def lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def test_no_file_is_longer_than_400_lines():
    assert not {str(path): lines(path) for path in sources() if lines(path) > LONGEST_FILE}


def test_half_of_the_products_files_are_short():
    own = [path for path in sources() if "tests" not in path.parts and lines(path) > 1]
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
