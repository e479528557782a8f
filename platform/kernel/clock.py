"""The one source of business time (foundations 3)."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_frozen: ContextVar[datetime | None] = ContextVar("frozen_clock", default=None)


def now() -> datetime:
    """The current instant, aware, in UTC; the frozen one inside `at`."""
    return _frozen.get() or datetime.now(UTC)  # noqa: TID251 - this is the clock itself


@contextmanager
def at(instant: datetime) -> Iterator[datetime]:
    """Hold the clock at `instant` (aware) for the block: simulations and tests."""
    token = _frozen.set(instant.astimezone(UTC))
    try:
        yield instant
    finally:
        _frozen.reset(token)
