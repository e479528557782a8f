"""Whatever happens to transactions, a statement meets the tables of the reseller that is current."""

from collections.abc import Callable
from contextlib import nullcontext, suppress
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernel.tenancy import PUBLIC, in_schema
from tenants.organisations import services as organisations
from tenants.organisations.models import Organisation

pytestmark = pytest.mark.django_db(transaction=True)

#: A block of work: in which transaction, for which reseller, with what inside, and how it ends.
BLOCKS = st.deferred(
    lambda: st.lists(
        st.tuples(
            st.sampled_from(["open", "savepoint", "same transaction"]),
            st.sampled_from(["acme", "globex", PUBLIC]),
            BLOCKS,
            st.sampled_from(["well", "raises", "fails", "fails unseen", "goes round"]),
        ),
        max_size=3,
    )
)


class Raised(Exception):
    """An error of the code's own."""


@pytest.fixture
def schemas(acme: Any, globex: Any) -> dict[str, str]:
    return {"acme": acme.reseller.schema_name, "globex": globex.reseller.schema_name}


def path() -> str:
    """The schema that the server looks tables up in, asked as all else is."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        return str(cursor.fetchone()[0])


def run(blocks: list[Any], schemas: dict[str, str], check: Callable[[], None]) -> None:
    for how, who, inner, end in blocks:
        block = nullcontext() if how == "open" else transaction.atomic(savepoint=how == "savepoint")
        with suppress(Raised, DatabaseError), block:
            # Left as it is afterwards, which the code of the product never does.
            connection.set_schema(schemas.get(who, PUBLIC))
            inside(inner, end, schemas, check)
        if not broken():
            check()


def inside(inner: list[Any], end: str, schemas: dict[str, str], check: Callable[[], None]) -> None:
    check()
    run(inner, schemas, check)
    if end == "raises":
        raise Raised
    if end == "goes round" and not connection.in_atomic_block:
        connection.close()
        with connection.pool.connection() as elsewhere:
            elsewhere.execute("SET search_path = nowhere")
    if end.startswith("fails"):
        try:
            connection.cursor().execute("SELECT 1 / 0")
        except DatabaseError:
            if end == "fails":
                raise
    if not broken():
        check()


def broken() -> bool:
    """Whether the transaction has failed: nothing can be asked in it any more."""
    raw = connection.connection
    failed = raw is not None and raw.info.transaction_status.name == "INERROR"
    return failed or connection.needs_rollback


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(blocks=BLOCKS)
def test_whatever_happens_the_tables_are_those_of_who_is_current(
    pooled: None, schemas: dict[str, str], blocks: list[Any]
) -> None:
    def check() -> None:
        assert path() == connection.schema_name

    with in_schema(PUBLIC):
        run(blocks, schemas, check)
        check()


def test_a_transaction_that_failed_unseen_takes_its_search_path_with_it(schemas) -> None:
    """The server answers such a COMMIT with ROLLBACK, and says no word."""
    with in_schema(schemas["acme"]):
        path()
        with transaction.atomic():
            connection.set_schema(schemas["globex"])
            path()
            with suppress(DatabaseError):
                connection.cursor().execute("SELECT 1 / 0")
        assert path() == schemas["globex"]


def test_the_search_path_is_set_once_for_a_stretch_of_work(schemas) -> None:
    with (
        in_schema(schemas["acme"]),
        transaction.atomic(),
        CaptureQueriesContext(connection) as seen,
    ):
        for _ in range(5):
            path()
    assert sum(one["sql"].startswith("SET search_path") for one in seen) == 1


def test_what_the_server_prepared_for_one_reseller_meets_the_tables_of_the_next(
    pooled: None, acme: Any, globex: Any
) -> None:
    """One connection, one statement, planned once: each reseller sees its own domain all the same."""
    for cast in (acme, globex):
        with in_schema(cast.reseller.schema_name):
            organisations.create_organisation(actor=cast.owner, name=f"of {cast.host}")
    for cast in (acme, globex, globex, acme):
        with in_schema(cast.reseller.schema_name):
            names = Organisation.objects.filter(name__startswith="of ").values_list(
                "name", flat=True
            )
            assert list(names) == [f"of {cast.host}"]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE %s", ["%name%"]
        )
        assert cursor.fetchone()[0] > 0
