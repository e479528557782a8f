"""How long somebody waits for a server: for one call, and for several together."""

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_until: ContextVar[float] = ContextVar("until", default=math.inf)


def deadline(seconds: float) -> float:
    """When a call that begins now and may take so long has to have ended (`time.monotonic`)."""
    return min(time.monotonic() + seconds, _until.get())


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """All calls of the block together may take so long."""
    token = _until.set(deadline(seconds))
    try:
        yield
    finally:
        _until.reset(token)
