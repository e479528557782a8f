"""Messages.

Written by generate.py from the OpenAPI document: change that instead.
"""

from collections.abc import Iterator
from typing import Any

from livery_client import shapes
from livery_client.page import Page
from livery_client.resource import Resource


class Messages(Resource):
    """Messages."""

    def list(
        self,
        *,
        state: str | None = None,
        recipient: str | None = None,
        sender: str | None = None,
        stream: str | None = None,
        domain: str | None = None,
        message_id: str | None = None,
        reference: str | None = None,
        since: str | None = None,
        until: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        fields: str | None = None,
    ) -> Page[shapes.MessageListed]:
        """List messages, newest first."""
        found: Page[shapes.MessageListed] = self._send(
            "GET",
            "/messages",
            query={
                "state": state,
                "recipient": recipient,
                "sender": sender,
                "stream": stream,
                "domain": domain,
                "message_id": message_id,
                "reference": reference,
                "since": since,
                "until": until,
                "cursor": cursor,
                "limit": limit,
                "fields": fields,
            },
        )
        return found

    def each(
        self,
        *,
        state: str | None = None,
        recipient: str | None = None,
        sender: str | None = None,
        stream: str | None = None,
        domain: str | None = None,
        message_id: str | None = None,
        reference: str | None = None,
        since: str | None = None,
        until: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        fields: str | None = None,
    ) -> Iterator[shapes.MessageListed]:
        """The rows of all pages: list messages, newest first."""
        return self._each(
            "/messages",
            query={
                "state": state,
                "recipient": recipient,
                "sender": sender,
                "stream": stream,
                "domain": domain,
                "message_id": message_id,
                "reference": reference,
                "since": since,
                "until": until,
                "cursor": cursor,
                "limit": limit,
                "fields": fields,
            },
        )

    def send(self, *, body: Any, idempotency_key: str | None = None) -> shapes.TakenMessages:
        """Send a message, or up to 1,000."""
        found: shapes.TakenMessages = self._send(
            "POST", "/messages", headers={"Idempotency-Key": idempotency_key}, body=body
        )
        return found

    def get(self, message_id: str, *, fields: str | None = None) -> shapes.Message:
        """Read what became of a message: its recipients' states and tries."""
        found: shapes.Message = self._send(
            "GET",
            "/messages/{message_id}",
            parts={"message_id": message_id},
            query={"fields": fields},
        )
        return found
