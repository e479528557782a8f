"""The request or task id that events, audit rows and log lines share."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_trace: ContextVar[str] = ContextVar("trace_id", default="")


def current_trace_id() -> str:
    """The id of the request or task that runs now, or an empty text."""
    return _trace.get()


def set_trace_id(value: str) -> None:
    """Name the request or task that runs now, until the next is named."""
    _trace.set(value)


@contextmanager
def traced(value: str) -> Iterator[None]:
    """Name a piece of work inside a task that is about many: an event, a job."""
    token = _trace.set(value)
    try:
        yield
    finally:
        _trace.reset(token)


class TraceFilter(logging.Filter):
    """Gives each log line `trace_id`; a dash where nobody asked for anything."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let the line pass, with its id."""
        record.trace_id = current_trace_id() or "-"
        return True
