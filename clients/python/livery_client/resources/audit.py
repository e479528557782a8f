"""Audit.

Written by generate.py from the OpenAPI document: change that instead.
"""

from collections.abc import Iterator

from livery_client import shapes
from livery_client.page import Page
from livery_client.resource import Resource


class Audit(Resource):
    """Audit."""

    def list(
        self,
        *,
        subject: str | None = None,
        actor: str | None = None,
        action: str | None = None,
        since: str | None = None,
        until: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        fields: str | None = None,
    ) -> Page[shapes.Audit]:
        """List who did what, newest first."""
        found: Page[shapes.Audit] = self._send(
            "GET",
            "/audit",
            query={
                "subject": subject,
                "actor": actor,
                "action": action,
                "since": since,
                "until": until,
                "cursor": cursor,
                "limit": limit,
                "fields": fields,
            },
        )
        return found

    def each(
        self,
        *,
        subject: str | None = None,
        actor: str | None = None,
        action: str | None = None,
        since: str | None = None,
        until: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        fields: str | None = None,
    ) -> Iterator[shapes.Audit]:
        """The rows of all pages: list who did what, newest first."""
        return self._each(
            "/audit",
            query={
                "subject": subject,
                "actor": actor,
                "action": action,
                "since": since,
                "until": until,
                "cursor": cursor,
                "limit": limit,
                "fields": fields,
            },
        )
