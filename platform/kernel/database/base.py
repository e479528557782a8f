"""Django's connection, whose search path is set once for each stretch of work, not for each cursor.

django-tenants can remember which path it set (`TENANT_LIMIT_SET_CALLS`), and forgets it with its
connection and when a transaction or savepoint is rolled back, for the server takes a SET back with it.
The server also rolls back where nobody asked it to: it answers the COMMIT of a failed transaction with
ROLLBACK, and that raises nothing. So nothing is remembered beyond a commit either (docs/decisions/0049).

A connection also keeps what it has prepared, which the server refuses to run once a column of its answer has another
type. So one that has met an error is ended, and no later request meets the same (docs/decisions/0050).
"""

from django.utils.asyncio import async_unsafe
from django_tenants.postgresql_backend import base as tenants


class DatabaseWrapper(tenants.DatabaseWrapper):  # type: ignore[misc]  # the library has no types
    """Remembers the search path only as long as the server certainly has it."""

    @async_unsafe
    def commit(self) -> None:
        """Commit; what the server made of it is not known for sure."""
        try:
            super().commit()
        finally:
            self.search_path_set_schemas = None

    @async_unsafe
    def close_if_unusable_or_obsolete(self) -> None:
        """At both ends of a request or task; the pool puts a new connection in the place of one that was ended."""
        if self.errors_occurred and self.connection is not None and not self.in_atomic_block:
            self.connection.close()
        super().close_if_unusable_or_obsolete()
