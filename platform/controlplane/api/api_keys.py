"""`/api/v1/api-keys`: a key sees itself and the keys that it made, and gives no more than it has."""

from datetime import datetime, timedelta
from typing import Annotated, TypedDict
from uuid import UUID

from django.urls import path
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from kernel import clock, ids
from kernel.actor import Actor, authorise
from kernel.errors import NotFound
from kernel.rest.idempotency import ToldOnce
from kernel.rest.openapi import Id, OneOf, Page, operation, shape
from kernel.rest.paging import page
from kernel.rest.serializers import Body, Reference
from kernel.rest.views import ApiView, CommandView, actor_of
from mailcore.domains import selectors as domains
from tenants.bearer.errors import InvalidNetwork, KeyRevoked, UnknownScope
from tenants.organisations import errors, selectors, services
from tenants.organisations.models import ApiKey

_SCOPES = sorted(services.ALL_SCOPES)
_EXAMPLE = {
    "id": "key_01k8z2m4n6p8r0s2t4v6w8x0y2",
    "name": "billing system",
    "begins_with": "lvk_1f2e3d4c5b",
    "scopes": ["domains.read", "mailboxes.read"],
    "organisation": "org_01k8z0v7q2m4n6p8r0s2t4v6w8",
    "domain": None,
    "networks": ["192.0.2.0/24"],
    "made_by": None,
    "created_at": "2026-03-01T09:30:00Z",
    "expires_at": "2027-03-01T00:00:00Z",
    "revoked_at": None,
    "last_used_at": "2026-03-02T10:00:00Z",
    "last_used_from": "192.0.2.7",
    "old_secret_until": None,
}


class NewKey(Body):
    """What the key is for, what it may do, where and for how long."""

    name = serializers.CharField(max_length=100)
    scopes = serializers.ListField(
        child=serializers.ChoiceField(_SCOPES), min_length=1, max_length=len(_SCOPES)
    )
    organisation = Reference("org", required=False, allow_null=True)
    domain = Reference("dom", required=False, allow_null=True)
    networks = serializers.ListField(
        child=serializers.CharField(max_length=60), max_length=20, default=list
    )
    expires_at = serializers.DateTimeField(required=False, allow_null=True)
    example = {"name": "billing system", "scopes": ["domains.read"], "networks": ["192.0.2.0/24"]}


class Rotation(Body):
    """For how many hours the secret of now stays good."""

    overlap_hours = serializers.IntegerField(min_value=0, max_value=168, default=24)
    example = {"overlap_hours": 24}


@shape(example=_EXAMPLE)
class KeyShown(TypedDict):
    """An API key; its secret is told only when it is made or rotated."""

    id: Annotated[str, Id("key")]
    name: str
    begins_with: str
    scopes: list[Annotated[str, OneOf(_SCOPES)]]
    organisation: Annotated[str, Id("org")] | None
    domain: Annotated[str, Id("dom")] | None
    networks: list[str]
    made_by: Annotated[str, Id("key")] | None
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None
    last_used_from: str | None
    old_secret_until: datetime | None


@shape(example={**_EXAMPLE, "secret": "lvk_1f2e3d4c5b_…"})
class KeyTold(KeyShown):
    """A key with its secret; a repeat by Idempotency-Key says null in its place."""

    secret: str | None


def show(key: ApiKey) -> KeyShown:
    """A key as JSON."""
    old = key.previous_until
    return {
        "id": key.reference,
        "name": key.name,
        "begins_with": key.begins_with,
        "scopes": sorted(key.scopes),
        "organisation": key.organisation.reference if key.organisation else None,
        "domain": ids.to_public("dom", key.domain_id) if key.domain_id else None,
        "networks": list(key.networks),
        "made_by": key.made_by.reference if key.made_by else None,
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "revoked_at": key.revoked_at,
        "last_used_at": key.last_used_at,
        "last_used_from": key.last_used_from,
        "old_secret_until": old if old is not None and old > clock.now() else None,
    }


class ApiKeys(CommandView):
    """List and make."""

    keeps_domain = True

    @operation("api_keys.list", right="api_keys.read", answers={200: Page[KeyShown]})
    def get(self, request: Request) -> Response:
        """List this key and those that it made."""
        actor = actor_of(request)
        authorise(actor, "api_keys.read")
        return page(request, selectors.list_api_keys(of=actor), show=show)

    @operation(
        "api_keys.create",
        right="api_keys.write",
        takes=NewKey,
        answers={201: KeyTold},
        found_at="api-keys/{id}",
        problems=[
            UnknownScope,
            InvalidNetwork,
            errors.BeyondMaker,
            errors.OldSecret,
            errors.TooManyKeys,
        ],
    )
    def perform(self, request: Request, **_: object) -> Response:
        """Make a key.

        It has no right, organisation, domain or address that its maker lacks, ends when its maker
        ends, and makes no keys itself. One key makes at most 50 that are good at a time.
        """
        body = NewKey(data=request.data)
        body.is_valid(raise_exception=True)
        given, actor = dict(body.validated_data), actor_of(request)
        authorise(actor, "api_keys.write")
        given |= _whose(given.pop("organisation", None), given.pop("domain", None), actor)
        key, secret = services.create_api_key(actor=actor, **given)
        return ToldOnce(show(key), secret=secret, status=201)


class OneApiKey(ApiView):
    """Read one."""

    keeps_domain = True

    @operation("api_keys.get", right="api_keys.read", answers={200: KeyShown})
    def get(self, request: Request, key_id: str) -> Response:
        """Read a key."""
        actor = actor_of(request)
        authorise(actor, "api_keys.read")
        return Response(show(selectors.get_api_key(ids.from_public("key", key_id), of=actor)))


class Rotate(CommandView):
    """A new secret."""

    keeps_domain = True

    @operation(
        "api_keys.rotate",
        right="api_keys.write",
        takes=Rotation,
        answers={200: KeyTold},
        problems=[KeyRevoked, errors.OldSecret],
    )
    def perform(self, request: Request, **parts: object) -> Response:
        """Give a key a new secret.

        The old one stays good for `overlap_hours` more, so that programs can be changed one by one;
        it makes, rotates and revokes no keys any more.
        """
        body = Rotation(data=request.data)
        body.is_valid(raise_exception=True)
        key, secret = services.rotate_api_key(
            actor=actor_of(request),
            key_id=ids.from_public("key", str(parts["key_id"])),
            overlap=timedelta(hours=body.validated_data["overlap_hours"]),
        )
        return ToldOnce(show(key), secret=secret, status=200)


class Revoke(CommandView):
    """The end of a key."""

    keeps_domain = True

    @operation(
        "api_keys.revoke",
        right="api_keys.write",
        answers={200: KeyShown},
        problems=[errors.OldSecret],
    )
    def perform(self, request: Request, **parts: object) -> Response:
        """End a key for good, and the keys that it made.

        The next request with any of them is refused.
        """
        key_id = ids.from_public("key", str(parts["key_id"]))
        return Response(show(services.revoke_api_key(actor=actor_of(request), key_id=key_id)))


def _whose(organisation: UUID | None, domain: UUID | None, actor: Actor) -> dict[str, UUID | None]:
    """A domain brings its organisation; raises NotFound for what the maker does not see."""
    if domain is None:
        return {"organisation": organisation, "domain": None}
    found = domains.get_seen(domain, actor=actor)
    if organisation is not None and found.organisation_id != organisation:
        raise NotFound
    return {"organisation": found.organisation_id, "domain": domain}


_ONE = "api-keys/<str:key_id>"
urlpatterns = [
    path("api-keys", ApiKeys.as_view(), name="api-api-keys"),
    path(_ONE, OneApiKey.as_view(), name="api-api-key"),
    path(f"{_ONE}/rotate", Rotate.as_view(), name="api-api-key-rotate"),
    path(f"{_ONE}/revoke", Revoke.as_view(), name="api-api-key-revoke"),
]
