"""Invoices.

Written by generate.py from the OpenAPI document: change that instead.
"""

from collections.abc import Iterator

from livery_client import shapes
from livery_client.page import Page
from livery_client.resource import Resource


class Invoices(Resource):
    """Invoices."""

    def list(
        self, *, cursor: str | None = None, limit: int | None = None, fields: str | None = None
    ) -> Page[shapes.Invoice]:
        """List the invoices, oldest first, without their lines."""
        found: Page[shapes.Invoice] = self._send(
            "GET", "/invoices", query={"cursor": cursor, "limit": limit, "fields": fields}
        )
        return found

    def each(
        self, *, cursor: str | None = None, limit: int | None = None, fields: str | None = None
    ) -> Iterator[shapes.Invoice]:
        """The rows of all pages: list the invoices, oldest first, without their lines."""
        return self._each("/invoices", query={"cursor": cursor, "limit": limit, "fields": fields})

    def get(self, invoice_id: str, *, fields: str | None = None) -> shapes.WholeInvoice:
        """Read an invoice with its lines."""
        found: shapes.WholeInvoice = self._send(
            "GET",
            "/invoices/{invoice_id}",
            parts={"invoice_id": invoice_id},
            query={"fields": fields},
        )
        return found

    def records(
        self,
        invoice_id: str,
        n: int,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        fields: str | None = None,
    ) -> Page[shapes.Record]:
        """List the usage records behind a line, oldest first."""
        found: Page[shapes.Record] = self._send(
            "GET",
            "/invoices/{invoice_id}/lines/{n}/records",
            parts={"invoice_id": invoice_id, "n": n},
            query={"cursor": cursor, "limit": limit, "fields": fields},
        )
        return found

    def each_records(
        self,
        invoice_id: str,
        n: int,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        fields: str | None = None,
    ) -> Iterator[shapes.Record]:
        """The rows of all pages: list the usage records behind a line, oldest first."""
        return self._each(
            "/invoices/{invoice_id}/lines/{n}/records",
            parts={"invoice_id": invoice_id, "n": n},
            query={"cursor": cursor, "limit": limit, "fields": fields},
        )
