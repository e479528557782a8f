"""How tests wait: for a fact, and for as long as a busy machine may need."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

#: Seconds. Nothing that works takes long; what never comes may take its time to fail.
PATIENCE = 120


def eventually(what: Callable[[], T], *, seconds: float = PATIENCE) -> T:
    """Ask until the answer is true, and return it; fails after SECONDS."""
    end = time.monotonic() + seconds
    while not (seen := what()):
        assert time.monotonic() < end, f"this did not happen in {seconds:g} s"
        time.sleep(0.05)
    return seen
