"""Members.

Written by generate.py from the OpenAPI document: change that instead.
"""

from collections.abc import Iterator

from livery_client import shapes
from livery_client.page import Page
from livery_client.resource import Resource
from livery_client.unset import UNSET, Unset


class Members(Resource):
    """Members."""

    def list(
        self,
        *,
        email: str | None = None,
        role: str | None = None,
        organisation: str | None = None,
        state: str | None = None,
        sort: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        fields: str | None = None,
    ) -> Page[shapes.Member]:
        """List the people of the portal, the invited too."""
        found: Page[shapes.Member] = self._send(
            "GET",
            "/members",
            query={
                "email": email,
                "role": role,
                "organisation": organisation,
                "state": state,
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
        email: str | None = None,
        role: str | None = None,
        organisation: str | None = None,
        state: str | None = None,
        sort: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        fields: str | None = None,
    ) -> Iterator[shapes.Member]:
        """The rows of all pages: list the people of the portal, the invited too."""
        return self._each(
            "/members",
            query={
                "email": email,
                "role": role,
                "organisation": organisation,
                "state": state,
                "sort": sort,
                "cursor": cursor,
                "limit": limit,
                "fields": fields,
            },
        )

    def invite(
        self,
        *,
        email: str,
        role: str,
        name: Unset | str = UNSET,
        organisation: Unset | str | None = UNSET,
        idempotency_key: str | None = None,
    ) -> shapes.Member:
        """Invite somebody by mail."""
        found: shapes.Member = self._send(
            "POST",
            "/members",
            headers={"Idempotency-Key": idempotency_key},
            body={"email": email, "role": role, "name": name, "organisation": organisation},
        )
        return found

    def get(self, member_id: str, *, fields: str | None = None) -> shapes.Member:
        """Read a member."""
        found: shapes.Member = self._send(
            "GET", "/members/{member_id}", parts={"member_id": member_id}, query={"fields": fields}
        )
        return found

    def update(
        self,
        member_id: str,
        *,
        role: Unset | str = UNSET,
        name: Unset | str = UNSET,
        is_active: Unset | bool = UNSET,
        if_match: str | None = None,
    ) -> shapes.Member:
        """Change a member's role or name, shut them out or let them in."""
        found: shapes.Member = self._send(
            "PATCH",
            "/members/{member_id}",
            parts={"member_id": member_id},
            headers={"If-Match": if_match},
            body={"role": role, "name": name, "is_active": is_active},
        )
        return found

    def delete(self, member_id: str, *, if_match: str | None = None) -> None:
        """Remove a member or an invitation."""
        self._send(
            "DELETE",
            "/members/{member_id}",
            parts={"member_id": member_id},
            headers={"If-Match": if_match},
        )

    def invite_again(self, member_id: str, *, idempotency_key: str | None = None) -> shapes.Member:
        """Send an invitation again."""
        found: shapes.Member = self._send(
            "POST",
            "/members/{member_id}/invite",
            parts={"member_id": member_id},
            headers={"Idempotency-Key": idempotency_key},
        )
        return found
