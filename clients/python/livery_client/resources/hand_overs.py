"""Hand overs.

Written by generate.py from the OpenAPI document: change that instead.
"""

from collections.abc import Iterator

from livery_client import shapes
from livery_client.page import Page
from livery_client.resource import Resource


class HandOvers(Resource):
    """Hand overs."""

    def list(
        self,
        *,
        state: str | None = None,
        sort: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        fields: str | None = None,
    ) -> Page[shapes.HandOver]:
        """List offers of domains, given and received."""
        found: Page[shapes.HandOver] = self._send(
            "GET",
            "/hand-overs",
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
    ) -> Iterator[shapes.HandOver]:
        """The rows of all pages: list offers of domains, given and received."""
        return self._each(
            "/hand-overs",
            query={
                "state": state,
                "sort": sort,
                "cursor": cursor,
                "limit": limit,
                "fields": fields,
            },
        )

    def get(self, hand_over_id: str, *, fields: str | None = None) -> shapes.HandOverRead:
        """Read an offer, with what would move."""
        found: shapes.HandOverRead = self._send(
            "GET",
            "/hand-overs/{hand_over_id}",
            parts={"hand_over_id": hand_over_id},
            query={"fields": fields},
        )
        return found

    def accept(
        self, hand_over_id: str, *, organisation: str, idempotency_key: str | None = None
    ) -> shapes.Domain:
        """Accept an offer: the domain is the caller's at once, with all that is on it."""
        found: shapes.Domain = self._send(
            "POST",
            "/hand-overs/{hand_over_id}/accept",
            parts={"hand_over_id": hand_over_id},
            headers={"Idempotency-Key": idempotency_key},
            body={"organisation": organisation},
        )
        return found

    def decline(self, hand_over_id: str, *, idempotency_key: str | None = None) -> shapes.HandOver:
        """Decline an offer that was received."""
        found: shapes.HandOver = self._send(
            "POST",
            "/hand-overs/{hand_over_id}/decline",
            parts={"hand_over_id": hand_over_id},
            headers={"Idempotency-Key": idempotency_key},
        )
        return found

    def withdraw(self, hand_over_id: str, *, idempotency_key: str | None = None) -> shapes.HandOver:
        """Withdraw an offer that was given."""
        found: shapes.HandOver = self._send(
            "POST",
            "/hand-overs/{hand_over_id}/withdraw",
            parts={"hand_over_id": hand_over_id},
            headers={"Idempotency-Key": idempotency_key},
        )
        return found

    def redeem(self, *, code: str, idempotency_key: str | None = None) -> shapes.HandOver:
        """Find the offer behind a code."""
        found: shapes.HandOver = self._send(
            "POST",
            "/hand-overs/redeem",
            headers={"Idempotency-Key": idempotency_key},
            body={"code": code},
        )
        return found
