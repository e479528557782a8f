"""Dmarc sources.

Written by generate.py from the OpenAPI document: change that instead.
"""

from livery_client import shapes
from livery_client.resource import Resource


class DmarcSources(Resource):
    """Dmarc sources."""

    def list(
        self, domain_id: str, *, days: str | None = None, fields: str | None = None
    ) -> shapes.Sources:
        """List who sends in a domain's name, as receivers report it."""
        found: shapes.Sources = self._send(
            "GET",
            "/domains/{domain_id}/dmarc/sources",
            parts={"domain_id": domain_id},
            query={"days": days, "fields": fields},
        )
        return found

    def mark(
        self, domain_id: str, *, name: str, known: bool | None, idempotency_key: str | None = None
    ) -> shapes.Dmarc:
        """Say whether a sender is the domain's own."""
        found: shapes.Dmarc = self._send(
            "POST",
            "/domains/{domain_id}/dmarc/sources/known",
            parts={"domain_id": domain_id},
            headers={"Idempotency-Key": idempotency_key},
            body={"name": name, "known": known},
        )
        return found
