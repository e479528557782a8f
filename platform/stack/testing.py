"""`./livery test`: pytest against a whole stack of its own, which is stopped again whatever happens."""

import os
import subprocess
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from stack import launch, record, show, shutdown
from stack.addresses import HIGHEST_NUMBER
from stack.model import Stack, StackError

FIRST_TEST_NUMBER = 101
#: Paths below these need no running part.
ALONE = ("tests/unit", "tests/architecture")
_CORES = ("-n", str(os.cpu_count() or 1))
#: Every test: first what meets nobody else, on all cores; what keeps a transaction open, for which readers of mail facts
#: would wait; then what stops and kills parts, one by one.
_APART = ("tests/document", "tests/e2e", "tests/faults")
STAGES = (
    (*_CORES, *(f"--ignore={folder}" for folder in _APART), "tests"),
    (*_CORES, _APART[0]),
    _APART[1:],
)


def needs_stack(arguments: Sequence[str], checkout: Path) -> bool:
    """Tell whether pytest's arguments reach tests that use running parts (no path at all means every test)."""
    chosen = [
        argument.partition("::")[0]
        for argument in arguments
        if not argument.startswith("-") and (checkout / argument.partition("::")[0]).exists()
    ]
    alone = [(checkout / one).resolve() for one in ALONE]
    return not chosen or not all(
        any((checkout / one).resolve().is_relative_to(folder) for folder in alone) for one in chosen
    )


def free_number(preferred: int, *, var: Path) -> int:
    """Return the first stack number from PREFERRED on that no other var/ runs."""
    for number in range(preferred, HIGHEST_NUMBER + 1):
        known = record.find(number)
        if known is None or not known.is_supervised or known.var == str(var):
            return number
    raise StackError("Every stack number for tests is taken: stop one with ./livery down --stack N")


def test(stack: Stack, arguments: Sequence[str]) -> int:
    """Run pytest with ARGUMENTS and return its exit code; starts and stops a stack when the tests need one."""
    arguments = [named_place(argument, stack.checkout) for argument in arguments]
    if not needs_stack(arguments, stack.checkout):
        return _pytest(stack, arguments, with_stack=False)
    number = free_number(stack.number, var=stack.var)
    own = replace(stack, number=number, mode="test")
    _forget_old_number(own)
    launch.listen_for_signals()
    show.say(f"Starting a test stack (number {number}, state in {own.var}) …")
    began = time.monotonic()
    known = record.find(number)
    if known is not None and known.is_supervised:
        shutdown.take_down(own, verbose=False)
    launch.bring_up(own, detached=False)
    show.say(f"Up after {time.monotonic() - began:.0f} s.")
    try:
        if arguments:
            return _pytest(own, arguments, with_stack=True)
        codes = [_pytest(own, stage, with_stack=True) for stage in STAGES]
        return next((code for code in codes if code), 0)
    finally:
        launch.ignore_signals()
        show.say("Stopping the test stack …")
        shutdown.take_down(own, verbose=False)


def named_place(argument: str, checkout: Path) -> str:
    """`faults` is short for tests/faults, and so on for each kind of test."""
    is_kind = argument.isidentifier() and (checkout / "tests" / argument).is_dir()
    return f"tests/{argument}" if is_kind else argument


def _forget_old_number(stack: Stack) -> None:
    """Tests keep no state worth a refusal: another number may take over the folder."""
    note = stack.var / "number"
    if note.exists() and note.read_text().strip() != str(stack.number):
        note.write_text(f"{stack.number}\n")


def _pytest(stack: Stack, arguments: Sequence[str], *, with_stack: bool) -> int:
    values = {"PYTHONSAFEPATH": "1"}
    if with_stack:
        values |= {
            "LIVERY_ENV_FILE": str(stack.env_file),
            "LIVERY_ENDPOINTS": str(stack.endpoints_file),
        }
    process = subprocess.Popen(
        [str(stack.python), "-m", "pytest", *arguments],
        cwd=stack.checkout,
        env={**os.environ, **values},
    )
    try:
        return process.wait()
    except BaseException:
        # Ctrl-C reaches pytest by the terminal; a SIGTERM to us alone does not.
        process.terminate()
        process.wait()
        raise
