"""Streams.

Written by generate.py from the OpenAPI document: change that instead.
"""

from livery_client import shapes
from livery_client.resource import Resource
from livery_client.unset import UNSET, Unset


class Streams(Resource):
    """Streams."""

    def list(self, *, fields: str | None = None) -> shapes.Streams:
        """List the streams with their last 30 days."""
        found: shapes.Streams = self._send("GET", "/streams", query={"fields": fields})
        return found

    def pause(
        self,
        name: str,
        *,
        reason: str,
        until: Unset | str | None = UNSET,
        idempotency_key: str | None = None,
    ) -> shapes.Stream:
        """Let a stream stand still."""
        found: shapes.Stream = self._send(
            "POST",
            "/streams/{name}/pause",
            parts={"name": name},
            headers={"Idempotency-Key": idempotency_key},
            body={"reason": reason, "until": until},
        )
        return found

    def resume(self, name: str, *, idempotency_key: str | None = None) -> shapes.Stream:
        """End a pause of your own."""
        found: shapes.Stream = self._send(
            "POST",
            "/streams/{name}/resume",
            parts={"name": name},
            headers={"Idempotency-Key": idempotency_key},
        )
        return found
