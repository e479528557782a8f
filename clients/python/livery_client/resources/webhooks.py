"""Webhooks.

Written by generate.py from the OpenAPI document: change that instead.
"""

from collections.abc import Iterator, Sequence

from livery_client import shapes
from livery_client.page import Page
from livery_client.resource import Resource
from livery_client.unset import UNSET, Unset


class Webhooks(Resource):
    """Webhooks."""

    def list(
        self, *, cursor: str | None = None, limit: int | None = None, fields: str | None = None
    ) -> Page[shapes.Webhook]:
        """List the reseller's webhooks."""
        found: Page[shapes.Webhook] = self._send(
            "GET", "/webhooks", query={"cursor": cursor, "limit": limit, "fields": fields}
        )
        return found

    def each(
        self, *, cursor: str | None = None, limit: int | None = None, fields: str | None = None
    ) -> Iterator[shapes.Webhook]:
        """The rows of all pages: list the reseller's webhooks."""
        return self._each("/webhooks", query={"cursor": cursor, "limit": limit, "fields": fields})

    def create(
        self,
        *,
        url: str,
        events: Unset | Sequence[str] = UNSET,
        description: Unset | str = UNSET,
        idempotency_key: str | None = None,
    ) -> shapes.WebhookWithSecret:
        """Add a webhook."""
        found: shapes.WebhookWithSecret = self._send(
            "POST",
            "/webhooks",
            headers={"Idempotency-Key": idempotency_key},
            body={"url": url, "events": events, "description": description},
        )
        return found

    def get(self, webhook_id: str, *, fields: str | None = None) -> shapes.Webhook:
        """Read a webhook."""
        found: shapes.Webhook = self._send(
            "GET",
            "/webhooks/{webhook_id}",
            parts={"webhook_id": webhook_id},
            query={"fields": fields},
        )
        return found

    def update(
        self,
        webhook_id: str,
        *,
        url: Unset | str = UNSET,
        events: Unset | Sequence[str] = UNSET,
        description: Unset | str = UNSET,
        is_enabled: Unset | bool = UNSET,
        if_match: str | None = None,
    ) -> shapes.Webhook:
        """Change a webhook."""
        found: shapes.Webhook = self._send(
            "PATCH",
            "/webhooks/{webhook_id}",
            parts={"webhook_id": webhook_id},
            headers={"If-Match": if_match},
            body={
                "url": url,
                "events": events,
                "description": description,
                "is_enabled": is_enabled,
            },
        )
        return found

    def delete(self, webhook_id: str, *, if_match: str | None = None) -> None:
        """Remove a webhook."""
        self._send(
            "DELETE",
            "/webhooks/{webhook_id}",
            parts={"webhook_id": webhook_id},
            headers={"If-Match": if_match},
        )

    def deliveries(
        self,
        webhook_id: str,
        *,
        state: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        fields: str | None = None,
    ) -> Page[shapes.Delivery]:
        """List what was sent to a webhook, oldest first."""
        found: Page[shapes.Delivery] = self._send(
            "GET",
            "/webhooks/{webhook_id}/deliveries",
            parts={"webhook_id": webhook_id},
            query={"state": state, "cursor": cursor, "limit": limit, "fields": fields},
        )
        return found

    def each_deliveries(
        self,
        webhook_id: str,
        *,
        state: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        fields: str | None = None,
    ) -> Iterator[shapes.Delivery]:
        """The rows of all pages: list what was sent to a webhook, oldest first."""
        return self._each(
            "/webhooks/{webhook_id}/deliveries",
            parts={"webhook_id": webhook_id},
            query={"state": state, "cursor": cursor, "limit": limit, "fields": fields},
        )

    def replay(
        self, webhook_id: str, delivery_id: str, *, idempotency_key: str | None = None
    ) -> shapes.Delivery:
        """Send the same event once more."""
        found: shapes.Delivery = self._send(
            "POST",
            "/webhooks/{webhook_id}/deliveries/{delivery_id}/replay",
            parts={"webhook_id": webhook_id, "delivery_id": delivery_id},
            headers={"Idempotency-Key": idempotency_key},
        )
        return found

    def rotate(
        self, webhook_id: str, *, idempotency_key: str | None = None
    ) -> shapes.WebhookWithSecret:
        """Give a webhook a new secret."""
        found: shapes.WebhookWithSecret = self._send(
            "POST",
            "/webhooks/{webhook_id}/rotate",
            parts={"webhook_id": webhook_id},
            headers={"Idempotency-Key": idempotency_key},
        )
        return found

    def test(self, webhook_id: str, *, idempotency_key: str | None = None) -> shapes.Delivery:
        """Send a test event to a webhook."""
        found: shapes.Delivery = self._send(
            "POST",
            "/webhooks/{webhook_id}/test",
            parts={"webhook_id": webhook_id},
            headers={"Idempotency-Key": idempotency_key},
        )
        return found
