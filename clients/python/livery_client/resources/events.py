"""Events.

Written by generate.py from the OpenAPI document: change that instead.
"""

from collections.abc import Iterator

from livery_client import shapes
from livery_client.page import Page
from livery_client.resource import Resource


class Events(Resource):
    """Events."""

    def list(
        self,
        *,
        type: str | None = None,
        subject: str | None = None,
        after: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        fields: str | None = None,
    ) -> Page[shapes.Event]:
        """List the events of the last 30 days, newest first, or follow them."""
        found: Page[shapes.Event] = self._send(
            "GET",
            "/events",
            query={
                "type": type,
                "subject": subject,
                "after": after,
                "cursor": cursor,
                "limit": limit,
                "fields": fields,
            },
        )
        return found

    def each(
        self,
        *,
        type: str | None = None,
        subject: str | None = None,
        after: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        fields: str | None = None,
    ) -> Iterator[shapes.Event]:
        """The rows of all pages: list the events of the last 30 days, newest first, or follow them."""
        return self._each(
            "/events",
            query={
                "type": type,
                "subject": subject,
                "after": after,
                "cursor": cursor,
                "limit": limit,
                "fields": fields,
            },
        )
