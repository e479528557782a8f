"""SQL that is written out, each statement in a file of its own."""

from collections.abc import Callable
from pathlib import Path


def statements_of(module: str) -> Callable[[str], str]:
    """A reader of sql/NAME.sql beside a module, which says where it is: its `__file__`.

    Call it when a module is imported, so that a missing file shows at once.
    """
    folder = Path(module).parent / "sql"

    def statement(name: str) -> str:
        return (folder / f"{name}.sql").read_text(encoding="utf-8")

    return statement
