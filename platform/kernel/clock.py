"""The one source of business time (foundations 3)."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta


class _Followed:
    """What another clock said, and when by the machine's seconds, which never jump."""

    def __init__(self, instant: datetime) -> None:
        self.set(instant)

    def set(self, instant: datetime) -> None:
        # In one piece: other threads read it.
        self._said = (instant, time.monotonic())

    def now(self) -> datetime:
        instant, monotonic = self._said
        return instant + timedelta(seconds=time.monotonic() - monotonic)


_frozen: ContextVar[datetime | None] = ContextVar("frozen_clock", default=None)
_followed: ContextVar[_Followed | None] = ContextVar("followed_clock", default=None)


def now() -> datetime:
    """The current instant, aware, in UTC; the frozen one inside `at`, else the one that is followed."""
    if frozen := _frozen.get():
        return frozen
    if followed := _followed.get():
        return followed.now()
    return datetime.now(UTC)  # noqa: TID251 - this is the clock itself


def follow(instant: datetime) -> None:
    """From here on this context, and all that it starts, goes by a clock that says `instant` now.

    Said again by any of them, it is set again for all: the machine's own clock may jump.
    """
    if followed := _followed.get():
        followed.set(instant)
    else:
        _followed.set(_Followed(instant))


@contextmanager
def at(instant: datetime) -> Iterator[datetime]:
    """Hold the clock at `instant` (aware) for the block: simulations and tests."""
    token = _frozen.set(instant.astimezone(UTC))
    try:
        yield instant
    finally:
        _frozen.reset(token)
