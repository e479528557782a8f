"""Dns plans.

Written by generate.py from the OpenAPI document: change that instead.
"""

from collections.abc import Iterator, Sequence

from livery_client import shapes
from livery_client.page import Page
from livery_client.resource import Resource
from livery_client.unset import UNSET, Unset


class DnsPlans(Resource):
    """Dns plans."""

    def list(
        self,
        domain_id: str,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        fields: str | None = None,
    ) -> Page[shapes.DnsPlan]:
        """List the plans for a domain's zone."""
        found: Page[shapes.DnsPlan] = self._send(
            "GET",
            "/domains/{domain_id}/dns-plans",
            parts={"domain_id": domain_id},
            query={"cursor": cursor, "limit": limit, "fields": fields},
        )
        return found

    def each(
        self,
        domain_id: str,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        fields: str | None = None,
    ) -> Iterator[shapes.DnsPlan]:
        """The rows of all pages: list the plans for a domain's zone."""
        return self._each(
            "/domains/{domain_id}/dns-plans",
            parts={"domain_id": domain_id},
            query={"cursor": cursor, "limit": limit, "fields": fields},
        )

    def create(
        self,
        domain_id: str,
        *,
        credential: Unset | str = UNSET,
        replace: Unset | Sequence[str] = UNSET,
        idempotency_key: str | None = None,
    ) -> shapes.DnsPlan:
        """Plan what to change in a domain's zone."""
        found: shapes.DnsPlan = self._send(
            "POST",
            "/domains/{domain_id}/dns-plans",
            parts={"domain_id": domain_id},
            headers={"Idempotency-Key": idempotency_key},
            body={"credential": credential, "replace": replace},
        )
        return found

    def get(self, domain_id: str, plan_id: str, *, fields: str | None = None) -> shapes.DnsPlan:
        """Read a plan."""
        found: shapes.DnsPlan = self._send(
            "GET",
            "/domains/{domain_id}/dns-plans/{plan_id}",
            parts={"domain_id": domain_id, "plan_id": plan_id},
            query={"fields": fields},
        )
        return found

    def apply(
        self, domain_id: str, plan_id: str, *, idempotency_key: str | None = None
    ) -> shapes.DnsPlan:
        """Apply a plan, if the zone is still as it was planned for."""
        found: shapes.DnsPlan = self._send(
            "POST",
            "/domains/{domain_id}/dns-plans/{plan_id}/apply",
            parts={"domain_id": domain_id, "plan_id": plan_id},
            headers={"Idempotency-Key": idempotency_key},
        )
        return found

    def undo(
        self, domain_id: str, plan_id: str, *, idempotency_key: str | None = None
    ) -> shapes.DnsPlan:
        """Put back what a plan changed, where it still stands as it was left."""
        found: shapes.DnsPlan = self._send(
            "POST",
            "/domains/{domain_id}/dns-plans/{plan_id}/undo",
            parts={"domain_id": domain_id, "plan_id": plan_id},
            headers={"Idempotency-Key": idempotency_key},
        )
        return found
