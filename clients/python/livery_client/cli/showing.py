"""Tables for people, JSON for programs."""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any


def as_json(value: Any) -> None:
    """One JSON document."""
    print(json.dumps(value, indent=2, ensure_ascii=False))


def rows(found: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> None:
    """A table of the named fields, as wide as its widest cells."""
    table = [[_cell(row.get(column)) for column in columns] for row in found]
    widths = [
        max([len(column), *(len(line[n]) for line in table)]) for n, column in enumerate(columns)
    ]
    for line in ([column.upper() for column in columns], *table):
        shown = "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        print(shown.rstrip())
    if not table:
        print("(none)", file=sys.stderr)


def facts(one: Mapping[str, Any]) -> None:
    """The fields of one object, a line each."""
    told = dict(_flat(one))
    width = max(map(len, told), default=0)
    for name, value in told.items():
        print(f"{name.ljust(width)}  {_cell(value)}")


def _flat(one: Mapping[str, Any], at: str = "") -> Iterator[tuple[str, Any]]:
    """What is inside another object has the other's name before its own, as in `fields=`."""
    for name, value in one.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{at}{name}.")
        else:
            yield f"{at}{name}", value


def _cell(value: Any) -> str:
    """What a terminal can show: a value of strangers may hold control characters."""
    if value is None:
        return "-"
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        value = ", ".join(value) or "-"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return "".join(character if character.isprintable() else "?" for character in text)
