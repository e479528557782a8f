"""Mailboxes.

Written by generate.py from the OpenAPI document: change that instead.
"""

from collections.abc import Iterator
from typing import Any

from livery_client import shapes
from livery_client.page import Page
from livery_client.resource import Resource
from livery_client.unset import UNSET, Unset


class Mailboxes(Resource):
    """Mailboxes."""

    def list(
        self,
        *,
        domain: str | None = None,
        address: str | None = None,
        address_prefix: str | None = None,
        state: str | None = None,
        organisation: str | None = None,
        created_after: str | None = None,
        created_before: str | None = None,
        sort: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        fields: str | None = None,
    ) -> Page[shapes.Mailbox]:
        """List the mailboxes that the key sees."""
        found: Page[shapes.Mailbox] = self._send(
            "GET",
            "/mailboxes",
            query={
                "domain": domain,
                "address": address,
                "address_prefix": address_prefix,
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
        domain: str | None = None,
        address: str | None = None,
        address_prefix: str | None = None,
        state: str | None = None,
        organisation: str | None = None,
        created_after: str | None = None,
        created_before: str | None = None,
        sort: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        fields: str | None = None,
    ) -> Iterator[shapes.Mailbox]:
        """The rows of all pages: list the mailboxes that the key sees."""
        return self._each(
            "/mailboxes",
            query={
                "domain": domain,
                "address": address,
                "address_prefix": address_prefix,
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
        self,
        *,
        domain: str,
        local_part: str,
        password: Unset | str = UNSET,
        invite: Unset | str = UNSET,
        display_name: Unset | str = UNSET,
        idempotency_key: str | None = None,
    ) -> shapes.Mailbox:
        """Create a mailbox."""
        found: shapes.Mailbox = self._send(
            "POST",
            "/mailboxes",
            headers={"Idempotency-Key": idempotency_key},
            body={
                "domain": domain,
                "local_part": local_part,
                "password": password,
                "invite": invite,
                "display_name": display_name,
            },
        )
        return found

    def get(self, mailbox_id: str, *, fields: str | None = None) -> shapes.Mailbox:
        """Read a mailbox."""
        found: shapes.Mailbox = self._send(
            "GET",
            "/mailboxes/{mailbox_id}",
            parts={"mailbox_id": mailbox_id},
            query={"fields": fields},
        )
        return found

    def update(
        self,
        mailbox_id: str,
        *,
        display_name: Unset | str = UNSET,
        quota_bytes: Unset | int = UNSET,
        password: Unset | str = UNSET,
        if_match: str | None = None,
    ) -> shapes.Mailbox:
        """Change a mailbox's name, quota or password."""
        found: shapes.Mailbox = self._send(
            "PATCH",
            "/mailboxes/{mailbox_id}",
            parts={"mailbox_id": mailbox_id},
            headers={"If-Match": if_match},
            body={"display_name": display_name, "quota_bytes": quota_bytes, "password": password},
        )
        return found

    def delete(self, mailbox_id: str, *, if_match: str | None = None) -> None:
        """Delete a mailbox."""
        self._send(
            "DELETE",
            "/mailboxes/{mailbox_id}",
            parts={"mailbox_id": mailbox_id},
            headers={"If-Match": if_match},
        )

    def invite(
        self, mailbox_id: str, *, invite: Unset | str = UNSET, idempotency_key: str | None = None
    ) -> shapes.Mailbox:
        """Send the link to a mailbox without a password again."""
        found: shapes.Mailbox = self._send(
            "POST",
            "/mailboxes/{mailbox_id}/invite",
            parts={"mailbox_id": mailbox_id},
            headers={"Idempotency-Key": idempotency_key},
            body={"invite": invite},
        )
        return found

    def restore(self, mailbox_id: str, *, idempotency_key: str | None = None) -> shapes.Mailbox:
        """Bring a deleted mailbox back, with its mail, within 14 days."""
        found: shapes.Mailbox = self._send(
            "POST",
            "/mailboxes/{mailbox_id}/restore",
            parts={"mailbox_id": mailbox_id},
            headers={"Idempotency-Key": idempotency_key},
        )
        return found

    def resume(self, mailbox_id: str, *, idempotency_key: str | None = None) -> shapes.Mailbox:
        """Let a mailbox's owner in again."""
        found: shapes.Mailbox = self._send(
            "POST",
            "/mailboxes/{mailbox_id}/resume",
            parts={"mailbox_id": mailbox_id},
            headers={"Idempotency-Key": idempotency_key},
        )
        return found

    def suspend(self, mailbox_id: str, *, idempotency_key: str | None = None) -> shapes.Mailbox:
        """Keep a mailbox's owner out."""
        found: shapes.Mailbox = self._send(
            "POST",
            "/mailboxes/{mailbox_id}/suspend",
            parts={"mailbox_id": mailbox_id},
            headers={"Idempotency-Key": idempotency_key},
        )
        return found

    def bulk_create(
        self, *, body: Any, dry_run: str | None = None, idempotency_key: str | None = None
    ) -> shapes.Job:
        """Create up to 10,000 mailboxes."""
        found: shapes.Job = self._send(
            "POST",
            "/mailboxes/bulk",
            query={"dry_run": dry_run},
            headers={"Idempotency-Key": idempotency_key},
            body=body,
        )
        return found
