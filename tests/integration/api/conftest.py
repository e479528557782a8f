"""A program with a key, which speaks to the API of a reseller's host."""

from collections.abc import Callable

import pytest
from django.test import Client

from kernel.tenancy import current_schema, in_schema
from tenants.organisations import services


class Program:
    """Sends JSON with a key; answers are Django's test responses."""

    def __init__(self, host: str, secret: str) -> None:
        self.client = Client(raise_request_exception=False)
        self.headers = {"Host": host, "Authorization": f"Bearer {secret}"}

    def get(self, path: str, *, headers: dict[str, str] | None = None, **query: str):
        with in_schema(current_schema()):  # the request leaves the connection in public
            return self.client.get(
                f"/api/v1/{path}", query, headers={**self.headers, **(headers or {})}
            )

    def post(self, path: str, body: object = None, **headers: str):
        headers = _spelled(headers)
        with in_schema(current_schema()):
            return self.client.post(
                f"/api/v1/{path}",
                {} if body is None else body,
                content_type="application/json",
                headers={**self.headers, **headers},
            )

    def patch(self, path: str, body: object, **headers: str):
        with in_schema(current_schema()):
            return self.client.patch(
                f"/api/v1/{path}",
                body,
                content_type="application/json",
                headers={**self.headers, **_spelled(headers)},
            )

    def delete(self, path: str, **headers: str):
        with in_schema(current_schema()):
            return self.client.delete(
                f"/api/v1/{path}", headers={**self.headers, **_spelled(headers)}
            )


def _spelled(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


@pytest.fixture
def program() -> Callable[..., Program]:
    """Make a key for a reseller and the program that holds it."""

    def make(cast, **options) -> Program:
        with in_schema(cast.reseller.schema_name):
            _, secret = services.create_api_key(actor=cast.owner, name="tests", **options)
        return Program(cast.host, secret)

    return make
