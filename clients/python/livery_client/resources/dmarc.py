"""Dmarc.

Written by generate.py from the OpenAPI document: change that instead.
"""

from livery_client import shapes
from livery_client.resource import Resource


class Dmarc(Resource):
    """Dmarc."""

    def get(self, domain_id: str, *, fields: str | None = None) -> shapes.Dmarc:
        """Read a domain's DMARC policy and what speaks for and against the next step."""
        found: shapes.Dmarc = self._send(
            "GET",
            "/domains/{domain_id}/dmarc",
            parts={"domain_id": domain_id},
            query={"fields": fields},
        )
        return found

    def set_policy(
        self, domain_id: str, *, policy: str, idempotency_key: str | None = None
    ) -> shapes.Dmarc:
        """Choose a domain's DMARC policy."""
        found: shapes.Dmarc = self._send(
            "POST",
            "/domains/{domain_id}/dmarc/policy",
            parts={"domain_id": domain_id},
            headers={"Idempotency-Key": idempotency_key},
            body={"policy": policy},
        )
        return found
