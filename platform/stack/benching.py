"""`./livery bench delivery` and `dns`: on a fresh stack of its own, which is stopped again whatever happens."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import replace

from stack import addresses, launch, preflight, record, registry, show, shutdown, testing
from stack.model import Stack

FIRST_BENCH_NUMBER = 111
#: All that `bench dns` needs: name servers of its own take the places of the stack's.
_DNS_PARTS = frozenset({"postgres", "redis", "prepare"})


def needs_own_stack(arguments: Sequence[str]) -> bool:
    """Tell whether a bench must run beside nothing else, unless it was told to."""
    is_alone = "dns" in arguments or ("delivery" in arguments and "--running" not in arguments)
    return is_alone and not asks_for_help(arguments)


def asks_for_help(arguments: Sequence[str]) -> bool:
    """Tell whether somebody wants to read what there is; that needs no stack and no root."""
    return bool({"--help", "-h"} & set(arguments))


def bench(stack: Stack, arguments: Sequence[str]) -> int:
    """Start a stack from nothing, run `python -m stack.bench ARGUMENTS` on it and return its exit code."""
    preflight.require_root("bench")
    named = stack.number != addresses.LOWEST_NUMBER
    var = stack.var / "bench"
    number = testing.free_number(stack.number if named else FIRST_BENCH_NUMBER, var=var)
    own = replace(stack, number=number, mode="test", var=var)
    launch.listen_for_signals()
    known = record.find(number)
    if known is not None and known.is_supervised:
        shutdown.take_down(own, verbose=False)
    if (var / "number").exists():  # ours, and grown by what was measured before
        shutil.rmtree(var)
    show.say(f"Starting a stack to measure (number {number}, state in {var}) …")
    launch.bring_up(own, detached=False, without=_left_out(own, arguments))
    try:
        return measure(own, arguments)
    finally:
        launch.ignore_signals()
        show.say("Stopping it …")
        shutdown.take_down(own, verbose=False)


def _left_out(stack: Stack, arguments: Sequence[str]) -> frozenset[str]:
    if "dns" not in arguments:
        return frozenset()
    return frozenset(part.name for part in registry.parts(stack)) - _DNS_PARTS


def measure(stack: Stack, arguments: Sequence[str]) -> int:
    """Run `python -m stack.bench ARGUMENTS` on the stack and return its exit code."""
    values = {"LIVERY_ENDPOINTS": str(stack.endpoints_file), "PYTHONSAFEPATH": "1"}
    command = [str(stack.python), "-m", "stack.bench", *arguments]
    process = subprocess.Popen(command, cwd=stack.checkout, env={**os.environ, **values})
    try:
        return process.wait()
    except BaseException:
        # Ctrl-C reaches it by the terminal; a SIGTERM to us alone does not.
        process.terminate()
        process.wait()
        raise
