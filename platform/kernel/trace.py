"""The request or task id that events, audit rows and logs share."""

from contextvars import ContextVar

_trace: ContextVar[str] = ContextVar("trace_id", default="")


def current_trace_id() -> str:
    """The id of the request or task that runs now, or an empty text."""
    return _trace.get()


def set_trace_id(value: str) -> None:
    """Name the request or task that runs now."""
    _trace.set(value)
