"""Domains.

Written by generate.py from the OpenAPI document: change that instead.
"""

from collections.abc import Iterator
from typing import Any

from livery_client import shapes
from livery_client.page import Page
from livery_client.resource import Resource
from livery_client.unset import UNSET, Unset


class Domains(Resource):
    """Domains."""

    def list(
        self,
        *,
        name: str | None = None,
        name_contains: str | None = None,
        state: str | None = None,
        organisation: str | None = None,
        created_after: str | None = None,
        created_before: str | None = None,
        sort: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        fields: str | None = None,
    ) -> Page[shapes.Domain]:
        """List the domains that the key sees."""
        found: Page[shapes.Domain] = self._send(
            "GET",
            "/domains",
            query={
                "name": name,
                "name_contains": name_contains,
                "state": state,
                "organisation": organisation,
                "created_after": created_after,
                "created_before": created_before,
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
        name: str | None = None,
        name_contains: str | None = None,
        state: str | None = None,
        organisation: str | None = None,
        created_after: str | None = None,
        created_before: str | None = None,
        sort: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        fields: str | None = None,
    ) -> Iterator[shapes.Domain]:
        """The rows of all pages: list the domains that the key sees."""
        return self._each(
            "/domains",
            query={
                "name": name,
                "name_contains": name_contains,
                "state": state,
                "organisation": organisation,
                "created_after": created_after,
                "created_before": created_before,
                "sort": sort,
                "cursor": cursor,
                "limit": limit,
                "fields": fields,
            },
        )

    def create(
        self, *, name: str, organisation: str, idempotency_key: str | None = None
    ) -> shapes.Domain:
        """Add a domain."""
        found: shapes.Domain = self._send(
            "POST",
            "/domains",
            headers={"Idempotency-Key": idempotency_key},
            body={"name": name, "organisation": organisation},
        )
        return found

    def get(self, domain_id: str, *, fields: str | None = None) -> shapes.Domain:
        """Read a domain."""
        found: shapes.Domain = self._send(
            "GET", "/domains/{domain_id}", parts={"domain_id": domain_id}, query={"fields": fields}
        )
        return found

    def update(
        self, domain_id: str, *, publishing: str, if_match: str | None = None
    ) -> shapes.Domain:
        """Choose how a domain's records are published."""
        found: shapes.Domain = self._send(
            "PATCH",
            "/domains/{domain_id}",
            parts={"domain_id": domain_id},
            headers={"If-Match": if_match},
            body={"publishing": publishing},
        )
        return found

    def delete(self, domain_id: str, *, if_match: str | None = None) -> None:
        """Give a domain up."""
        self._send(
            "DELETE",
            "/domains/{domain_id}",
            parts={"domain_id": domain_id},
            headers={"If-Match": if_match},
        )

    def alarms(
        self,
        domain_id: str,
        *,
        state: str | None = None,
        sort: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        fields: str | None = None,
    ) -> Page[shapes.Alarm]:
        """List the alarms about a domain's records."""
        found: Page[shapes.Alarm] = self._send(
            "GET",
            "/domains/{domain_id}/alarms",
            parts={"domain_id": domain_id},
            query={
                "state": state,
                "sort": sort,
                "cursor": cursor,
                "limit": limit,
                "fields": fields,
            },
        )
        return found

    def each_alarms(
        self,
        domain_id: str,
        *,
        state: str | None = None,
        sort: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        fields: str | None = None,
    ) -> Iterator[shapes.Alarm]:
        """The rows of all pages: list the alarms about a domain's records."""
        return self._each(
            "/domains/{domain_id}/alarms",
            parts={"domain_id": domain_id},
            query={
                "state": state,
                "sort": sort,
                "cursor": cursor,
                "limit": limit,
                "fields": fields,
            },
        )

    def check(self, domain_id: str, *, idempotency_key: str | None = None) -> shapes.Domain:
        """Look at a domain's records now."""
        found: shapes.Domain = self._send(
            "POST",
            "/domains/{domain_id}/check",
            parts={"domain_id": domain_id},
            headers={"Idempotency-Key": idempotency_key},
        )
        return found

    def checks(self, domain_id: str, *, fields: str | None = None) -> shapes.Checks:
        """Read what the last look at a domain's name servers found."""
        found: shapes.Checks = self._send(
            "GET",
            "/domains/{domain_id}/checks",
            parts={"domain_id": domain_id},
            query={"fields": fields},
        )
        return found

    def dkim_keys(self, domain_id: str, *, fields: str | None = None) -> shapes.DkimKeys:
        """List a domain's DKIM keys and say when the next ones sign."""
        found: shapes.DkimKeys = self._send(
            "GET",
            "/domains/{domain_id}/dkim-keys",
            parts={"domain_id": domain_id},
            query={"fields": fields},
        )
        return found

    def revoke_dkim_key(
        self, domain_id: str, dkim_key_id: str, *, idempotency_key: str | None = None
    ) -> shapes.DkimKeys:
        """Withdraw a DKIM key that others may know."""
        found: shapes.DkimKeys = self._send(
            "POST",
            "/domains/{domain_id}/dkim-keys/{dkim_key_id}/revoke",
            parts={"domain_id": domain_id, "dkim_key_id": dkim_key_id},
            headers={"Idempotency-Key": idempotency_key},
        )
        return found

    def rotate_dkim_keys(
        self, domain_id: str, *, idempotency_key: str | None = None
    ) -> shapes.DkimKeys:
        """Let a domain's other DKIM keys sign."""
        found: shapes.DkimKeys = self._send(
            "POST",
            "/domains/{domain_id}/dkim-keys/rotate",
            parts={"domain_id": domain_id},
            headers={"Idempotency-Key": idempotency_key},
        )
        return found

    def dns_provider(self, domain_id: str, *, fields: str | None = None) -> shapes.DnsProvider:
        """Read where a domain's DNS is run, and what a credential for it is made of."""
        found: shapes.DnsProvider = self._send(
            "GET",
            "/domains/{domain_id}/dns-provider",
            parts={"domain_id": domain_id},
            query={"fields": fields},
        )
        return found

    def dns_update(
        self,
        domain_id: str,
        *,
        server: str,
        key_name: str,
        secret: str,
        port: Unset | int = UNSET,
        algorithm: Unset | str = UNSET,
        idempotency_key: str | None = None,
    ) -> shapes.Domain:
        """Write a domain's records into its zone by RFC 2136."""
        found: shapes.Domain = self._send(
            "POST",
            "/domains/{domain_id}/dns-update",
            parts={"domain_id": domain_id},
            headers={"Idempotency-Key": idempotency_key},
            body={
                "server": server,
                "port": port,
                "key_name": key_name,
                "algorithm": algorithm,
                "secret": secret,
            },
        )
        return found

    def hand_over(
        self, domain_id: str, *, to: Unset | str = UNSET, idempotency_key: str | None = None
    ) -> shapes.NewHandOver:
        """Offer a domain to another reseller."""
        found: shapes.NewHandOver = self._send(
            "POST",
            "/domains/{domain_id}/hand-over",
            parts={"domain_id": domain_id},
            headers={"Idempotency-Key": idempotency_key},
            body={"to": to},
        )
        return found

    def records(self, domain_id: str, *, fields: str | None = None) -> shapes.Records:
        """List the records that a domain should have, each with its verdict."""
        found: shapes.Records = self._send(
            "GET",
            "/domains/{domain_id}/records",
            parts={"domain_id": domain_id},
            query={"fields": fields},
        )
        return found

    def resume(self, domain_id: str, *, idempotency_key: str | None = None) -> shapes.Domain:
        """Let a suspended domain go on."""
        found: shapes.Domain = self._send(
            "POST",
            "/domains/{domain_id}/resume",
            parts={"domain_id": domain_id},
            headers={"Idempotency-Key": idempotency_key},
        )
        return found

    def suspend(self, domain_id: str, *, idempotency_key: str | None = None) -> shapes.Domain:
        """Suspend a domain."""
        found: shapes.Domain = self._send(
            "POST",
            "/domains/{domain_id}/suspend",
            parts={"domain_id": domain_id},
            headers={"Idempotency-Key": idempotency_key},
        )
        return found

    def zone_file(self, domain_id: str, *, fields: str | None = None) -> shapes.ZoneFile:
        """Read the records to publish as a zone file, for a name server of one's own."""
        found: shapes.ZoneFile = self._send(
            "GET",
            "/domains/{domain_id}/zone-file",
            parts={"domain_id": domain_id},
            query={"fields": fields},
        )
        return found

    def bulk_create(
        self, *, body: Any, dry_run: str | None = None, idempotency_key: str | None = None
    ) -> shapes.Job:
        """Add up to 10,000 domains."""
        found: shapes.Job = self._send(
            "POST",
            "/domains/bulk",
            query={"dry_run": dry_run},
            headers={"Idempotency-Key": idempotency_key},
            body=body,
        )
        return found
