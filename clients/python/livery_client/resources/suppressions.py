"""Suppressions.

Written by generate.py from the OpenAPI document: change that instead.
"""

from collections.abc import Iterator

from livery_client import shapes
from livery_client.page import Page
from livery_client.resource import Resource
from livery_client.unset import UNSET, Unset


class Suppressions(Resource):
    """Suppressions."""

    def list(
        self,
        *,
        address: str | None = None,
        stream: str | None = None,
        reason: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        fields: str | None = None,
    ) -> Page[shapes.Suppression]:
        """List the reseller's own suppressions that hold now, newest first."""
        found: Page[shapes.Suppression] = self._send(
            "GET",
            "/suppressions",
            query={
                "address": address,
                "stream": stream,
                "reason": reason,
                "cursor": cursor,
                "limit": limit,
                "fields": fields,
            },
        )
        return found

    def each(
        self,
        *,
        address: str | None = None,
        stream: str | None = None,
        reason: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        fields: str | None = None,
    ) -> Iterator[shapes.Suppression]:
        """The rows of all pages: list the reseller's own suppressions that hold now, newest first."""
        return self._each(
            "/suppressions",
            query={
                "address": address,
                "stream": stream,
                "reason": reason,
                "cursor": cursor,
                "limit": limit,
                "fields": fields,
            },
        )

    def create(
        self,
        *,
        address: str,
        stream: Unset | str = UNSET,
        note: Unset | str = UNSET,
        until: Unset | str | None = UNSET,
        idempotency_key: str | None = None,
    ) -> shapes.Suppression:
        """Send nothing more to an address."""
        found: shapes.Suppression = self._send(
            "POST",
            "/suppressions",
            headers={"Idempotency-Key": idempotency_key},
            body={"address": address, "stream": stream, "note": note, "until": until},
        )
        return found

    def delete(self, suppression_id: str, *, if_match: str | None = None) -> None:
        """Send to an address again."""
        self._send(
            "DELETE",
            "/suppressions/{suppression_id}",
            parts={"suppression_id": suppression_id},
            headers={"If-Match": if_match},
        )
