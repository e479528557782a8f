"""What a person reads: progress lines and tables, calm and short, on standard output."""

import os
import sys
from collections.abc import Sequence

#: Room for the longest name of a part.
NAME_WIDTH = 18

_GREEN, _RED, _DIM, _PLAIN = "\033[32m", "\033[31m", "\033[2m", "\033[0m"


def _coloured(text: str, colour: str) -> str:
    if sys.stdout.isatty() and "NO_COLOR" not in os.environ:
        return f"{colour}{text}{_PLAIN}"
    return text


def say(text: str = "") -> None:
    """Print one line at once, also into a pipe; a reader that went away must not stop the work."""
    try:
        print(text, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def step(
    name: str, *, seconds: float, saw: str = "", ok: bool = True, width: int = NAME_WIDTH
) -> None:
    """Print one progress line: a mark, the name, how long it took and what was seen."""
    mark = _coloured("✓", _GREEN) if ok else _coloured("✗", _RED)
    say(
        f"  {mark} {name:<{width}} {seconds:6.1f} s  {_coloured(saw, _DIM) if ok else saw}".rstrip()
    )


def table(rows: Sequence[Sequence[str]], *, head: Sequence[str] = ()) -> None:
    """Print rows in aligned columns."""
    every = [list(head), *[list(row) for row in rows]] if head else [list(row) for row in rows]
    widths = [max(len(row[i]) for row in every) for i in range(len(every[0]))] if every else []
    for number, row in enumerate(every):
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        say("  " + (_coloured(line.rstrip(), _DIM) if head and number == 0 else line.rstrip()))


def error(text: str) -> None:
    """Print what went wrong on standard error."""
    print(text, file=sys.stderr, flush=True)
