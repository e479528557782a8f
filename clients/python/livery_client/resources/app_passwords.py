"""App passwords.

Written by generate.py from the OpenAPI document: change that instead.
"""

from collections.abc import Iterator, Sequence

from livery_client import shapes
from livery_client.page import Page
from livery_client.resource import Resource
from livery_client.unset import UNSET, Unset


class AppPasswords(Resource):
    """App passwords."""

    def list(
        self,
        mailbox_id: str,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        fields: str | None = None,
    ) -> Page[shapes.AppPassword]:
        """List the app passwords of a mailbox."""
        found: Page[shapes.AppPassword] = self._send(
            "GET",
            "/mailboxes/{mailbox_id}/app-passwords",
            parts={"mailbox_id": mailbox_id},
            query={"cursor": cursor, "limit": limit, "fields": fields},
        )
        return found

    def each(
        self,
        mailbox_id: str,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        fields: str | None = None,
    ) -> Iterator[shapes.AppPassword]:
        """The rows of all pages: list the app passwords of a mailbox."""
        return self._each(
            "/mailboxes/{mailbox_id}/app-passwords",
            parts={"mailbox_id": mailbox_id},
            query={"cursor": cursor, "limit": limit, "fields": fields},
        )

    def create(
        self,
        mailbox_id: str,
        *,
        name: str,
        scopes: Unset | Sequence[str] = UNSET,
        expires_at: Unset | str | None = UNSET,
        idempotency_key: str | None = None,
    ) -> shapes.AppPasswordMade:
        """Make a password for one program."""
        found: shapes.AppPasswordMade = self._send(
            "POST",
            "/mailboxes/{mailbox_id}/app-passwords",
            parts={"mailbox_id": mailbox_id},
            headers={"Idempotency-Key": idempotency_key},
            body={"name": name, "scopes": scopes, "expires_at": expires_at},
        )
        return found

    def delete(self, mailbox_id: str, app_password_id: str, *, if_match: str | None = None) -> None:
        """Delete an app password."""
        self._send(
            "DELETE",
            "/mailboxes/{mailbox_id}/app-passwords/{app_password_id}",
            parts={"mailbox_id": mailbox_id, "app_password_id": app_password_id},
            headers={"If-Match": if_match},
        )
