"""Tls reports.

Written by generate.py from the OpenAPI document: change that instead.
"""

from livery_client import shapes
from livery_client.resource import Resource


class TlsReports(Resource):
    """Tls reports."""

    def get(self, domain_id: str, *, fields: str | None = None) -> shapes.TlsReports:
        """Read what senders report of TLS to a domain, and its MTA-STS mode."""
        found: shapes.TlsReports = self._send(
            "GET",
            "/domains/{domain_id}/tls-reports",
            parts={"domain_id": domain_id},
            query={"fields": fields},
        )
        return found
