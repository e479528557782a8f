"""`./livery check`: every check that needs no running stack, one line each, failures in full at the end."""

import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from stack import show


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A command, relative to the checkout, whose exit code tells."""

    name: str
    command: tuple[str, ...]


def checks(checkout: Path) -> list[Check]:
    """Return all checks, the quickest first."""
    bin_folder = checkout / ".venv" / "bin"
    python = str(bin_folder / "python")

    def tool(name: str, *arguments: str) -> Check:
        return Check(name=name, command=(str(bin_folder / name.split()[0]), *arguments))

    return [
        tool("ruff", "check", "--output-format", "concise", "."),
        Check(
            name="format",
            command=(
                str(bin_folder / "ruff"),
                "format",
                "--check",
                "--output-format",
                "concise",
                ".",
            ),
        ),
        Check(name="imports", command=(str(bin_folder / "lint-imports"), "--no-cache")),
        Check(
            name="templates", command=(str(bin_folder / "djlint"), "templates", "--lint", "--quiet")
        ),
        Check(
            name="migrations",
            command=(python, "manage.py", "makemigrations", "--check", "--dry-run"),
        ),
        tool("mypy"),
        Check(
            name="architecture",
            command=(python, "-m", "pytest", "-q", "tests/architecture"),
        ),
    ]


def check(checkout: Path) -> bool:
    """Run all checks, print one line each and the words of those that failed; True when all passed."""
    failures: list[tuple[str, str]] = []
    began = time.monotonic()
    for one in checks(checkout):
        since = time.monotonic()
        result = subprocess.run(
            one.command,
            cwd=checkout,
            env={**os.environ, "PYTHONSAFEPATH": "1", "NO_COLOR": "1"},
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        ok = result.returncode == 0
        saw = "passed" if ok else f"FAILED ({result.returncode})"
        show.step(one.name, seconds=time.monotonic() - since, saw=saw, ok=ok)
        if not ok:
            failures.append((one.name, result.stdout))
    for name, words in failures:
        show.say(f"\n== {name}\n{words.rstrip()}")
    total = time.monotonic() - began
    show.say(
        f"{len(failures)} of the checks failed."
        if failures
        else f"All checks passed in {total:.0f} s."
    )
    return not failures
