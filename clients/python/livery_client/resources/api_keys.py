"""Api keys.

Written by generate.py from the OpenAPI document: change that instead.
"""

from collections.abc import Iterator, Sequence

from livery_client import shapes
from livery_client.page import Page
from livery_client.resource import Resource
from livery_client.unset import UNSET, Unset


class ApiKeys(Resource):
    """Api keys."""

    def list(
        self, *, cursor: str | None = None, limit: int | None = None, fields: str | None = None
    ) -> Page[shapes.Key]:
        """List this key and those that it made."""
        found: Page[shapes.Key] = self._send(
            "GET", "/api-keys", query={"cursor": cursor, "limit": limit, "fields": fields}
        )
        return found

    def each(
        self, *, cursor: str | None = None, limit: int | None = None, fields: str | None = None
    ) -> Iterator[shapes.Key]:
        """The rows of all pages: list this key and those that it made."""
        return self._each("/api-keys", query={"cursor": cursor, "limit": limit, "fields": fields})

    def create(
        self,
        *,
        name: str,
        scopes: Sequence[str],
        organisation: Unset | str | None = UNSET,
        domain: Unset | str | None = UNSET,
        networks: Unset | Sequence[str] = UNSET,
        expires_at: Unset | str | None = UNSET,
        idempotency_key: str | None = None,
    ) -> shapes.KeyTold:
        """Make a key."""
        found: shapes.KeyTold = self._send(
            "POST",
            "/api-keys",
            headers={"Idempotency-Key": idempotency_key},
            body={
                "name": name,
                "scopes": scopes,
                "organisation": organisation,
                "domain": domain,
                "networks": networks,
                "expires_at": expires_at,
            },
        )
        return found

    def get(self, key_id: str, *, fields: str | None = None) -> shapes.Key:
        """Read a key."""
        found: shapes.Key = self._send(
            "GET", "/api-keys/{key_id}", parts={"key_id": key_id}, query={"fields": fields}
        )
        return found

    def revoke(self, key_id: str, *, idempotency_key: str | None = None) -> shapes.Key:
        """End a key for good, and the keys that it made."""
        found: shapes.Key = self._send(
            "POST",
            "/api-keys/{key_id}/revoke",
            parts={"key_id": key_id},
            headers={"Idempotency-Key": idempotency_key},
        )
        return found

    def rotate(
        self, key_id: str, *, overlap_hours: Unset | int = UNSET, idempotency_key: str | None = None
    ) -> shapes.KeyTold:
        """Give a key a new secret."""
        found: shapes.KeyTold = self._send(
            "POST",
            "/api-keys/{key_id}/rotate",
            parts={"key_id": key_id},
            headers={"Idempotency-Key": idempotency_key},
            body={"overlap_hours": overlap_hours},
        )
        return found
