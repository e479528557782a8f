"""Organisations.

Written by generate.py from the OpenAPI document: change that instead.
"""

from collections.abc import Iterator

from livery_client import shapes
from livery_client.page import Page
from livery_client.resource import Resource
from livery_client.unset import UNSET, Unset


class Organisations(Resource):
    """Organisations."""

    def list(
        self,
        *,
        name: str | None = None,
        name_contains: str | None = None,
        created_after: str | None = None,
        created_before: str | None = None,
        sort: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        fields: str | None = None,
    ) -> Page[shapes.Organisation]:
        """List the organisations that the key sees."""
        found: Page[shapes.Organisation] = self._send(
            "GET",
            "/organisations",
            query={
                "name": name,
                "name_contains": name_contains,
                "created_after": created_after,
                "created_before": created_before,
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
        name: str | None = None,
        name_contains: str | None = None,
        created_after: str | None = None,
        created_before: str | None = None,
        sort: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        fields: str | None = None,
    ) -> Iterator[shapes.Organisation]:
        """The rows of all pages: list the organisations that the key sees."""
        return self._each(
            "/organisations",
            query={
                "name": name,
                "name_contains": name_contains,
                "created_after": created_after,
                "created_before": created_before,
                "sort": sort,
                "cursor": cursor,
                "limit": limit,
                "fields": fields,
            },
        )

    def create(
        self, *, name: str, contact_email: Unset | str = UNSET, idempotency_key: str | None = None
    ) -> shapes.Organisation:
        """Create an organisation."""
        found: shapes.Organisation = self._send(
            "POST",
            "/organisations",
            headers={"Idempotency-Key": idempotency_key},
            body={"name": name, "contact_email": contact_email},
        )
        return found

    def get(self, organisation_id: str, *, fields: str | None = None) -> shapes.Organisation:
        """Read an organisation."""
        found: shapes.Organisation = self._send(
            "GET",
            "/organisations/{organisation_id}",
            parts={"organisation_id": organisation_id},
            query={"fields": fields},
        )
        return found

    def update(
        self,
        organisation_id: str,
        *,
        name: Unset | str = UNSET,
        contact_email: Unset | str = UNSET,
        if_match: str | None = None,
    ) -> shapes.Organisation:
        """Change an organisation's name or contact."""
        found: shapes.Organisation = self._send(
            "PATCH",
            "/organisations/{organisation_id}",
            parts={"organisation_id": organisation_id},
            headers={"If-Match": if_match},
            body={"name": name, "contact_email": contact_email},
        )
        return found
