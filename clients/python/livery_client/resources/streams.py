"""Streams.

Written by generate.py from the OpenAPI document: change that instead.
"""

from livery_client import shapes
from livery_client.resource import Resource


class Streams(Resource):
    """Streams."""

    def list(self, *, fields: str | None = None) -> shapes.Streams:
        """List the streams with their last 30 days."""
        found: shapes.Streams = self._send("GET", "/streams", query={"fields": fields})
        return found
