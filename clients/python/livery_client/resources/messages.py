"""Messages.

Written by generate.py from the OpenAPI document: change that instead.
"""

from typing import Any

from livery_client import shapes
from livery_client.resource import Resource


class Messages(Resource):
    """Messages."""

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
