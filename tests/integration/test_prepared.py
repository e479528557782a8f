"""What a connection has prepared: it outlives the request, and no fault of it does."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import NotSupportedError, connection

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def table() -> Iterator[psycopg.Connection[Any]]:
    """A table of one row, and its owner's own connection."""
    with psycopg.connect(settings.DSN("owner"), autocommit=True) as owner:
        owner.execute("CREATE TABLE public.short (word varchar(10))")
        owner.execute("INSERT INTO public.short VALUES ('one')")
        owner.execute("GRANT SELECT ON public.short TO livery_web")
        yield owner
        owner.execute("DROP TABLE public.short")


def read() -> str:
    """As a request does."""
    connection.close_if_unusable_or_obsolete()
    with connection.cursor() as cursor:
        cursor.execute("SELECT word FROM public.short WHERE word = %s", ["one"])
        found = cursor.fetchone()
    return str(found[0])


def test_a_column_of_another_type_fails_one_request_at_most(pooled: None, table: Any) -> None:
    assert [read() for _ in range(3)] == ["one"] * 3
    table.execute("ALTER TABLE public.short ADD another integer")
    assert read() == "one"
    table.execute("ALTER TABLE public.short ALTER word TYPE varchar(20)")
    with pytest.raises(NotSupportedError):
        read()
    assert read() == "one"
