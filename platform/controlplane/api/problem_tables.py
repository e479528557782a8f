"""The tables of problems in docs/api.md and docs/api/operator.md, written from what the codes mean."""

from collections.abc import Mapping
from pathlib import Path

from django.conf import settings

from controlplane.api.meanings import OPERATOR, RESELLERS, Meaning

_DOCS: Path = settings.BASE_DIR / "docs"
_HEAD = "| code | status | means |\n|---|---|---|\n"
#: Document → the codes of its table.
TABLES: Mapping[Path, Mapping[str, Meaning]] = {
    _DOCS / "api.md": RESELLERS,
    _DOCS / "api" / "operator.md": OPERATOR,
}


def with_table(text: str, meanings: Mapping[str, Meaning]) -> str:
    """A document with its table anew; raises ValueError for one without its head."""
    before, head, after = text.partition(_HEAD)
    if not head:
        raise ValueError("the document has no table of problems")
    rows = [f"| `{code}` | {status} | {words} |\n" for code, (status, words) in meanings.items()]
    behind = after.splitlines(keepends=True)
    while behind and behind[0].startswith("|"):
        behind.pop(0)
    return "".join([before, head, *rows, *behind])
