"""Holds.

Written by generate.py from the OpenAPI document: change that instead.
"""

from collections.abc import Iterator, Sequence

from livery_client import shapes
from livery_client.page import Page
from livery_client.resource import Resource
from livery_client.unset import UNSET, Unset


class Holds(Resource):
    """Holds."""

    def list(
        self,
        *,
        kind: str | None = None,
        by: str | None = None,
        on: str | None = None,
        sort: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        fields: str | None = None,
    ) -> Page[shapes.Hold]:
        """List the holds that stand."""
        found: Page[shapes.Hold] = self._send(
            "GET",
            "/holds",
            query={
                "kind": kind,
                "by": by,
                "on": on,
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
        kind: str | None = None,
        by: str | None = None,
        on: str | None = None,
        sort: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        fields: str | None = None,
    ) -> Iterator[shapes.Hold]:
        """The rows of all pages: list the holds that stand."""
        return self._each(
            "/holds",
            query={
                "kind": kind,
                "by": by,
                "on": on,
                "sort": sort,
                "cursor": cursor,
                "limit": limit,
                "fields": fields,
            },
        )

    def place(
        self,
        *,
        object: str,
        kind: str,
        scopes: Sequence[str],
        reason: str,
        until: Unset | str | None = UNSET,
        idempotency_key: str | None = None,
    ) -> shapes.Hold:
        """Hold a domain or a mailbox."""
        found: shapes.Hold = self._send(
            "POST",
            "/holds",
            headers={"Idempotency-Key": idempotency_key},
            body={
                "object": object,
                "kind": kind,
                "scopes": scopes,
                "reason": reason,
                "until": until,
            },
        )
        return found

    def get(self, hold_id: str, *, fields: str | None = None) -> shapes.Hold:
        """Read a hold that stands."""
        found: shapes.Hold = self._send(
            "GET", "/holds/{hold_id}", parts={"hold_id": hold_id}, query={"fields": fields}
        )
        return found

    def lift(self, hold_id: str, *, if_match: str | None = None) -> None:
        """Lift a hold of your own; what others hold stays."""
        self._send(
            "DELETE", "/holds/{hold_id}", parts={"hold_id": hold_id}, headers={"If-Match": if_match}
        )
