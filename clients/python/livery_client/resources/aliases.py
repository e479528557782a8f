"""Aliases.

Written by generate.py from the OpenAPI document: change that instead.
"""

from collections.abc import Iterator, Sequence

from livery_client import shapes
from livery_client.page import Page
from livery_client.resource import Resource


class Aliases(Resource):
    """Aliases."""

    def list(
        self,
        *,
        domain: str | None = None,
        address: str | None = None,
        organisation: str | None = None,
        created_after: str | None = None,
        created_before: str | None = None,
        sort: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        fields: str | None = None,
    ) -> Page[shapes.Alias]:
        """List the aliases that the key sees."""
        found: Page[shapes.Alias] = self._send(
            "GET",
            "/aliases",
            query={
                "domain": domain,
                "address": address,
                "organisation": organisation,
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
        domain: str | None = None,
        address: str | None = None,
        organisation: str | None = None,
        created_after: str | None = None,
        created_before: str | None = None,
        sort: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        fields: str | None = None,
    ) -> Iterator[shapes.Alias]:
        """The rows of all pages: list the aliases that the key sees."""
        return self._each(
            "/aliases",
            query={
                "domain": domain,
                "address": address,
                "organisation": organisation,
                "created_after": created_after,
                "created_before": created_before,
                "sort": sort,
                "cursor": cursor,
                "limit": limit,
                "fields": fields,
            },
        )

    def create(
        self,
        *,
        domain: str,
        local_part: str,
        targets: Sequence[str],
        idempotency_key: str | None = None,
    ) -> shapes.Alias:
        """Create an alias."""
        found: shapes.Alias = self._send(
            "POST",
            "/aliases",
            headers={"Idempotency-Key": idempotency_key},
            body={"domain": domain, "local_part": local_part, "targets": targets},
        )
        return found

    def get(self, alias_id: str, *, fields: str | None = None) -> shapes.Alias:
        """Read an alias."""
        found: shapes.Alias = self._send(
            "GET", "/aliases/{alias_id}", parts={"alias_id": alias_id}, query={"fields": fields}
        )
        return found

    def update(
        self, alias_id: str, *, targets: Sequence[str], if_match: str | None = None
    ) -> shapes.Alias:
        """Change where an alias leads."""
        found: shapes.Alias = self._send(
            "PATCH",
            "/aliases/{alias_id}",
            parts={"alias_id": alias_id},
            headers={"If-Match": if_match},
            body={"targets": targets},
        )
        return found

    def delete(self, alias_id: str, *, if_match: str | None = None) -> None:
        """Delete an alias."""
        self._send(
            "DELETE",
            "/aliases/{alias_id}",
            parts={"alias_id": alias_id},
            headers={"If-Match": if_match},
        )
