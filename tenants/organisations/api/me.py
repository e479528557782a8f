"""Whose key this is."""

from datetime import datetime
from typing import Annotated, TypedDict

from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response

from kernel import ids
from kernel.rest.openapi import Id, operation, shape
from kernel.rest.views import ApiView, actor_of
from tenants.bearer.authentication import KeyHolder


class OwnKey(TypedDict):
    """A key, without its secret."""

    id: Annotated[str, Id("key")]
    name: str
    created_at: datetime
    expires_at: datetime | None


@shape(
    example={
        "key": {"id": "key_01k8z0xkb2d4f6h8k0n2q4s6v8", "name": "agency tool",
                "created_at": "2026-03-01T09:00:00Z", "expires_at": None},
        "scopes": ["domains.read", "domains.write"],
        "organisation": None,
        "domain": None,
    }
)  # fmt: skip
class MeShown(TypedDict):
    """The key that asks: its rights, and the organisation and domain that it is kept to."""

    key: OwnKey
    scopes: list[str]
    organisation: Annotated[str, Id("org")] | None
    domain: Annotated[str, Id("dom")] | None


class Me(ApiView):
    """Whose key this is."""

    keeps_domain = True

    @operation("me.get", right=None, answers={200: MeShown})
    def get(self, request: Request) -> Response:
        """Show the key that asks, and what it may do."""
        assert isinstance(request.user, KeyHolder)
        key, actor = request.user.key, actor_of(request)
        shown: MeShown = {
            "key": {
                "id": key.reference,
                "name": key.name,
                "created_at": key.created_at,
                "expires_at": key.expires_at,
            },
            "scopes": sorted(actor.scopes),
            "organisation": key.organisation.reference if key.organisation else None,
            "domain": ids.to_public("dom", actor.domain) if actor.domain else None,
        }
        return Response(shown)


urlpatterns = [path("me", Me.as_view(), name="api-me")]
