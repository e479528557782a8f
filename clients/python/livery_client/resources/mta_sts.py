"""Mta sts.

Written by generate.py from the OpenAPI document: change that instead.
"""

from livery_client import shapes
from livery_client.resource import Resource


class MtaSts(Resource):
    """Mta sts."""

    def set_mode(
        self, domain_id: str, *, mode: str, idempotency_key: str | None = None
    ) -> shapes.TlsReports:
        """Choose a domain's MTA-STS mode."""
        found: shapes.TlsReports = self._send(
            "POST",
            "/domains/{domain_id}/mta-sts/mode",
            parts={"domain_id": domain_id},
            headers={"Idempotency-Key": idempotency_key},
            body={"mode": mode},
        )
        return found
