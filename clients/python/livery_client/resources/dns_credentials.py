"""Dns credentials.

Written by generate.py from the OpenAPI document: change that instead.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from livery_client import shapes
from livery_client.page import Page
from livery_client.resource import Resource
from livery_client.unset import UNSET, Unset


class DnsCredentials(Resource):
    """Dns credentials."""

    def list(
        self,
        *,
        organisation: str | None = None,
        sort: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        fields: str | None = None,
    ) -> Page[shapes.DnsCredential]:
        """List the ways to write DNS."""
        found: Page[shapes.DnsCredential] = self._send(
            "GET",
            "/dns-credentials",
            query={
                "organisation": organisation,
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
        organisation: str | None = None,
        sort: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        fields: str | None = None,
    ) -> Iterator[shapes.DnsCredential]:
        """The rows of all pages: list the ways to write DNS."""
        return self._each(
            "/dns-credentials",
            query={
                "organisation": organisation,
                "sort": sort,
                "cursor": cursor,
                "limit": limit,
                "fields": fields,
            },
        )

    def create(
        self,
        *,
        organisation: str,
        kind: str,
        settings: Mapping[str, Any],
        provider: Unset | str = UNSET,
        idempotency_key: str | None = None,
    ) -> shapes.DnsCredential:
        """Add a way to write DNS."""
        found: shapes.DnsCredential = self._send(
            "POST",
            "/dns-credentials",
            headers={"Idempotency-Key": idempotency_key},
            body={
                "organisation": organisation,
                "kind": kind,
                "provider": provider,
                "settings": settings,
            },
        )
        return found

    def get(self, credential_id: str, *, fields: str | None = None) -> shapes.DnsCredential:
        """Read a way to write DNS."""
        found: shapes.DnsCredential = self._send(
            "GET",
            "/dns-credentials/{credential_id}",
            parts={"credential_id": credential_id},
            query={"fields": fields},
        )
        return found

    def delete(self, credential_id: str, *, if_match: str | None = None) -> None:
        """Remove a way to write DNS."""
        self._send(
            "DELETE",
            "/dns-credentials/{credential_id}",
            parts={"credential_id": credential_id},
            headers={"If-Match": if_match},
        )

    def test(
        self, credential_id: str, *, domain: str, idempotency_key: str | None = None
    ) -> shapes.DnsCredential:
        """Ask the server whether it would let us write a domain's zone."""
        found: shapes.DnsCredential = self._send(
            "POST",
            "/dns-credentials/{credential_id}/test",
            parts={"credential_id": credential_id},
            headers={"Idempotency-Key": idempotency_key},
            body={"domain": domain},
        )
        return found
