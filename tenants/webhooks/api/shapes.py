"""What the API takes and shows of a webhook."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, TypedDict

from rest_framework import serializers

from kernel.rest.openapi import Id, OneOf, shape
from kernel.rest.serializers import Body
from tenants.webhooks.catalogue import DEFAULT
from tenants.webhooks.models import WebhookEndpoint
from tenants.webhooks.states import DisabledFor

_SHOWN: Mapping[str, object] = {
    "id": "whk_01k8z1k9n1q3s5v7x9z1b3d5f7",
    "url": "https://hooks.client.test/mail",
    "events": ["domain.verified", "message.bounced"],
    "description": "ticket system",
    "is_enabled": True,
    "disabled_for": None,
    "created_at": "2026-03-01T10:15:00Z",
    "last_success_at": None,
    "failing_since": None,
    "old_secret_until": None,
}


class NewWebhook(Body):
    """Where events go, and which; without `events` all but those of each accepted message."""

    url = serializers.CharField(max_length=2000)
    events = serializers.ListField(
        child=serializers.CharField(max_length=100), max_length=100, default=lambda: list(DEFAULT)
    )
    description = serializers.CharField(max_length=1000, allow_blank=True, default="")
    example = {"url": "https://hooks.client.test/mail", "events": ["domain.verified"]}


class WebhookChange(Body):
    """What is to be different."""

    url = serializers.CharField(max_length=2000, required=False)
    events = serializers.ListField(
        child=serializers.CharField(max_length=100), max_length=100, required=False
    )
    description = serializers.CharField(max_length=1000, allow_blank=True, required=False)
    is_enabled = serializers.BooleanField(required=False)
    example = {"events": ["domain.verified", "message.bounced"]}


@shape(example=_SHOWN)
class WebhookShown(TypedDict):
    """An endpoint that events go to."""

    id: Annotated[str, Id("whk")]
    url: str
    events: list[str]
    description: str
    is_enabled: bool
    disabled_for: Annotated[str, OneOf(DisabledFor)] | None
    created_at: datetime
    last_success_at: datetime | None
    failing_since: datetime | None
    old_secret_until: datetime | None


@shape(example={**_SHOWN, "secret": "whsec_…"})
class WebhookWithSecret(WebhookShown):
    """An endpoint and its secret, which is told once: null when the answer is replayed."""

    secret: str | None


def show(endpoint: WebhookEndpoint) -> WebhookShown:
    """An endpoint as JSON; its secret is told only when it is made."""
    return {
        "id": endpoint.reference,
        "url": endpoint.url,
        "events": sorted(endpoint.event_types),
        "description": endpoint.description,
        "is_enabled": endpoint.is_enabled,
        "disabled_for": endpoint.disabled_for or None,
        "created_at": endpoint.created_at,
        "last_success_at": endpoint.last_success_at,
        "failing_since": endpoint.first_failed_at,
        "old_secret_until": endpoint.previous_until,
    }
