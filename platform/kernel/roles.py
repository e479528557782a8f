"""Django's connection as another database role, or less patient: only for migrations and set-up."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.conf import settings
from django.db import connection


@contextmanager
def as_role(role: str) -> Iterator[None]:
    """Reconnect as `livery_<role>` for the block (a real login, so session_user stays honest)."""
    with _reconnected(USER=f"livery_{role}", PASSWORD=settings.PASSWORD_OF(role)):
        yield


@contextmanager
def locks_within(seconds: float) -> Iterator[None]:
    """Reconnect for the block: a statement that has no lock after SECONDS ends with LockNotAvailable."""
    options = {**connection.settings_dict["OPTIONS"], "options": f"-c lock_timeout={seconds:g}s"}
    with _reconnected(OPTIONS=options):
        yield


@contextmanager
def _reconnected(**changes: object) -> Iterator[None]:
    before = {key: connection.settings_dict[key] for key in changes}
    _reconnect(changes)
    try:
        yield
    finally:
        _reconnect(before)


def _reconnect(changes: Mapping[str, object]) -> None:
    connection.close()
    # Only pooled connections have one to close.
    close_pool = getattr(connection, "close_pool", None)
    if close_pool is not None:
        close_pool()
    connection.settings_dict.update(changes)
