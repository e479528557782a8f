"""The SQL of the delivery plane, each statement in a file of its own."""

from pathlib import Path

_FOLDER = Path(__file__).parent / "sql"

#: For connections with few statements: each is planned once, as planning took longer than most do.
#: The queue may be empty just then, and a plan that reads all of it looks cheap: so none may.
PLANNED_ONCE = "-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c jit=off"


def statement(name: str) -> str:
    """The text of sql/NAME.sql; read when a module is imported, so a missing file shows at once."""
    return (_FOLDER / f"{name}.sql").read_text(encoding="utf-8")
