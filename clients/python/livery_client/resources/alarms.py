"""Alarms.

Written by generate.py from the OpenAPI document: change that instead.
"""

from collections.abc import Iterator

from livery_client import shapes
from livery_client.page import Page
from livery_client.resource import Resource


class Alarms(Resource):
    """Alarms."""

    def list(
        self,
        *,
        state: str | None = None,
        sort: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        fields: str | None = None,
    ) -> Page[shapes.Alarm]:
        """List alarms about DNS records."""
        found: Page[shapes.Alarm] = self._send(
            "GET",
            "/alarms",
            query={
                "state": state,
                "sort": sort,
                "cursor": cursor,
                "limit": limit,
                "fields": fields,
            },
        )
        return found

    def each(
        self,
        *,
        state: str | None = None,
        sort: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        fields: str | None = None,
    ) -> Iterator[shapes.Alarm]:
        """The rows of all pages: list alarms about DNS records."""
        return self._each(
            "/alarms",
            query={
                "state": state,
                "sort": sort,
                "cursor": cursor,
                "limit": limit,
                "fields": fields,
            },
        )
