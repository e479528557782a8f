"""Me.

Written by generate.py from the OpenAPI document: change that instead.
"""

from livery_client import shapes
from livery_client.resource import Resource


class Me(Resource):
    """Me."""

    def get(self, *, fields: str | None = None) -> shapes.Me:
        """Show the key that asks, and what it may do."""
        found: shapes.Me = self._send("GET", "/me", query={"fields": fields})
        return found
