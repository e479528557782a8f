"""Which reseller the current code runs for."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast
from uuid import UUID

from django.db import connection
from django_tenants.utils import schema_context

PUBLIC = "public"
OPERATOR_RESELLER = UUID("01900000-0000-7000-8000-000000000001")
#: The operator is reseller 1: the row whose schema is `public`.


def current_schema() -> str:
    """The schema that unqualified tables of this connection are looked up in."""
    # django-tenants adds the attribute at run time; the stubs do not know it.
    return cast("str", connection.schema_name)  # type: ignore[attr-defined]


@contextmanager
def in_schema(schema: str) -> Iterator[None]:
    """Run the block for the reseller that owns `schema`."""
    with schema_context(schema):
        yield


def current_reseller_id() -> UUID:
    """The public id of the reseller whose schema is current."""
    tenant = getattr(connection, "tenant", None)
    known = getattr(tenant, "public_id", None)
    if known is not None:
        return cast("UUID", known)
    with connection.cursor() as cursor:
        cursor.execute("SELECT sec.reseller_of(current_schema())")
        row = cursor.fetchone()
    if row is None or row[0] is None:
        raise LookupError(f"no reseller has the schema {current_schema()!r}")
    return cast("UUID", row[0])


@contextmanager
def in_reseller(reseller_id: UUID) -> Iterator[None]:
    """Run the block for this reseller, whatever its schema is called."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT sec.schema_of(%s)", [reseller_id])
        row = cursor.fetchone()
    if row is None or row[0] is None:
        raise LookupError(f"no reseller {reseller_id}")
    with schema_context(row[0]):
        yield
