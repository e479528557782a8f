"""The SQL of webhooks, each statement in a file of its own."""

from pathlib import Path

_FOLDER = Path(__file__).parent / "sql"


def statement(name: str) -> str:
    """The text of sql/NAME.sql; read when a module is imported, so a missing file shows at once."""
    return (_FOLDER / f"{name}.sql").read_text(encoding="utf-8")
