"""Run Django's connection as another database role: only for migrations and set-up."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection


@contextmanager
def as_role(role: str) -> Iterator[None]:
    """Reconnect as `livery_<role>` for the block (a real login, so session_user stays honest)."""
    before = {key: connection.settings_dict[key] for key in ("USER", "PASSWORD")}
    _reconnect(user=f"livery_{role}", password=settings.PASSWORD_OF(role))
    try:
        yield
    finally:
        _reconnect(user=before["USER"], password=before["PASSWORD"])


def _reconnect(*, user: str, password: str) -> None:
    connection.close()
    # Only pooled connections have one to close.
    close_pool = getattr(connection, "close_pool", None)
    if close_pool is not None:
        close_pool()
    connection.settings_dict.update(USER=user, PASSWORD=password)
