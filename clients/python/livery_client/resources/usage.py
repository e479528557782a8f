"""Usage.

Written by generate.py from the OpenAPI document: change that instead.
"""

from livery_client import shapes
from livery_client.resource import Resource


class Usage(Resource):
    """Usage."""

    def get(self, *, fields: str | None = None) -> shapes.Usage:
        """Show what was used since the month began, a row per meter."""
        found: shapes.Usage = self._send("GET", "/usage", query={"fields": fields})
        return found
