"""Waiting for a fact with a deadline: the only way a client of ours waits."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

#: Seconds. What works comes much sooner; a machine with more to do than it can is not a fault.
PATIENCE = 120


class DeadlineError(AssertionError):
    """What was waited for did not come in time; the text says what was seen last."""


def wait_for(
    probe: Callable[[], T | None],
    *,
    what: str,
    seconds: float = PATIENCE,
    every: float = 0.2,
) -> T:
    """Call PROBE until it returns something true and return that; DeadlineError after SECONDS.

    An OSError of the probe (nobody listens yet) counts as "not yet".
    """
    deadline = time.monotonic() + seconds
    trouble = ""
    while True:
        try:
            seen = probe()
        except OSError as error:
            seen, trouble = None, f" (last: {error})"
        if seen:
            return seen
        if time.monotonic() >= deadline:
            raise DeadlineError(f"after {seconds:g} s there was no {what}{trouble}")
        time.sleep(every)
