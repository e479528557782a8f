"""One stage for a module's tests: each test's own changes are taken back after it."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connection, transaction
from django.test import Client

from kernel.tenancy import PUBLIC, in_schema
from mailcore.zones.adapters.memory import MemoryZone
from tests.document.callers import Caller
from tests.document.operations import OPERATIONS
from tests.document.stage import Stage, build

Call = Callable[..., Any]


@pytest.fixture(scope="module")
def _kept_connection() -> Iterator[None]:
    """A request through WSGI would close the connection that the stage lives in."""
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    yield
    request_started.connect(close_old_connections)
    request_finished.connect(close_old_connections)


@pytest.fixture(scope="module")
def whole_stage(
    django_db_setup: None, django_db_blocker: Any, cast_of: Any, _kept_connection: None
) -> Iterator[Stage]:
    """Everything that the tests of this module share, never committed."""
    with django_db_blocker.unblock(), transaction.atomic():
        with connection.cursor() as cursor:
            # Between two requests of a slow test the server would end what waits too long.
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        acme, globex = cast_of("acme"), cast_of("globex")
        with in_schema(acme.reseller.schema_name):
            made = build(acme, globex)
        yield made
        transaction.set_rollback(True)


@pytest.fixture
def stage(whole_stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """The stage as it was built, whatever other tests did to it; zones are written in memory."""
    for module in ("credentials", "dns_plans"):
        place = f"mailcore.domains.services.{module}.editor_of"
        monkeypatch.setattr(place, lambda _: MemoryZone(zone="shop.test"))
    savepoint = transaction.savepoint()
    yield whole_stage
    transaction.savepoint_rollback(savepoint)


@pytest.fixture
def call(stage: Stage) -> Call:
    """Call an operation with the stage's objects: `call(name, caller)`; None calls without a key.

    `path` reads what an answer points to, as the same caller.
    """
    client = Client(raise_request_exception=False)

    def send(
        name: str, caller: Caller | None, body: object = None, *, path: str = "", **headers: str
    ) -> Any:
        operation = OPERATIONS[name]
        is_reading = operation.is_reading or bool(path)
        sent = stage.body_of(name) if body is None else body
        key = {"Authorization": f"Bearer {caller.secret}"} if caller else {}
        with in_schema(PUBLIC):
            return client.generic(
                "GET" if is_reading else operation.method.upper(),
                path or operation.path.format_map(stage.parts_of(name)),
                "" if is_reading else json.dumps(sent),
                content_type="application/json",
                headers={"Host": (caller or stage.caller_of(name)).host, **key, **headers},
            )

    return send
