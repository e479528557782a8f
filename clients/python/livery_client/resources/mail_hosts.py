"""Mail hosts.

Written by generate.py from the OpenAPI document: change that instead.
"""

from livery_client import shapes
from livery_client.resource import Resource


class MailHosts(Resource):
    """Mail hosts."""

    def list(self, *, fields: str | None = None) -> shapes.MailHosts:
        """List the mail hosts: one for incoming mail, one for outgoing."""
        found: shapes.MailHosts = self._send("GET", "/mail-hosts", query={"fields": fields})
        return found

    def create(
        self, *, kind: str, name: str, idempotency_key: str | None = None
    ) -> shapes.MailHost:
        """Ask for a name of your own."""
        found: shapes.MailHost = self._send(
            "POST",
            "/mail-hosts",
            headers={"Idempotency-Key": idempotency_key},
            body={"kind": kind, "name": name},
        )
        return found

    def get(self, kind: str, *, fields: str | None = None) -> shapes.MailHost:
        """Read one, `imap` or `smtp`."""
        found: shapes.MailHost = self._send(
            "GET", "/mail-hosts/{kind}", parts={"kind": kind}, query={"fields": fields}
        )
        return found

    def delete(self, kind: str, *, if_match: str | None = None) -> None:
        """Have mail programs told the name that we give, at once."""
        self._send(
            "DELETE", "/mail-hosts/{kind}", parts={"kind": kind}, headers={"If-Match": if_match}
        )
