"""A reseller's webhooks: list, add, read, change, remove, a new secret."""

from uuid import UUID

from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response

from kernel import ids
from kernel.actor import Actor, authorise
from kernel.errors import NotAllowed
from kernel.rest.idempotency import ToldOnce
from kernel.rest.openapi import Page, operation
from kernel.rest.paging import page
from kernel.rest.views import ApiView, CommandView, actor_of
from tenants.webhooks import errors, selectors, services
from tenants.webhooks.api.shapes import (
    NewWebhook,
    WebhookChange,
    WebhookShown,
    WebhookWithSecret,
    show,
)


class Webhooks(CommandView):
    """List and add."""

    @operation("webhooks.list", right="webhooks.read", answers={200: Page[WebhookShown]})
    def get(self, request: Request) -> Response:
        """List the reseller's webhooks."""
        reader(request)
        return page(request, selectors.list_endpoints(), show=show)

    @operation(
        "webhooks.create",
        right="webhooks.write",
        takes=NewWebhook,
        answers={201: WebhookWithSecret},
        found_at="webhooks/{id}",
        problems=[errors.InvalidTarget, errors.UnknownEventType, errors.TooManyEndpoints],
    )
    def perform(self, request: Request, **_: object) -> Response:
        """Add a webhook.

        The secret is told once: a repeat by Idempotency-Key is not told it again.
        """
        body = NewWebhook(data=request.data)
        body.is_valid(raise_exception=True)
        given = dict(body.validated_data)
        endpoint, secret = services.add_endpoint(
            actor=actor_of(request), event_types=given.pop("events"), **given
        )
        return ToldOnce(show(endpoint), secret=secret, status=201)


class OneWebhook(ApiView):
    """Read, change or remove one."""

    @operation("webhooks.get", right="webhooks.read", answers={200: WebhookShown})
    def get(self, request: Request, webhook_id: str) -> Response:
        """Read a webhook."""
        reader(request)
        return Response(show(selectors.get_endpoint(ids.from_public("whk", webhook_id))))

    @operation(
        "webhooks.update",
        right="webhooks.write",
        takes=WebhookChange,
        answers={200: WebhookShown},
        problems=[errors.InvalidTarget, errors.UnknownEventType],
    )
    def patch(self, request: Request, webhook_id: str) -> Response:
        """Change a webhook.

        What is not named stays.
        """
        body = WebhookChange(data=request.data)
        body.is_valid(raise_exception=True)
        given = dict(body.validated_data)
        endpoint = services.change_endpoint(
            actor=actor_of(request),
            endpoint_id=ids.from_public("whk", webhook_id),
            event_types=given.pop("events", None),
            **given,
        )
        return Response(show(endpoint))

    @operation("webhooks.delete", right="webhooks.write", answers={204: None})
    def delete(self, request: Request, webhook_id: str) -> Response:
        """Remove a webhook.

        Nothing more is sent, and its log is gone.
        """
        services.remove_endpoint(
            actor=actor_of(request), endpoint_id=ids.from_public("whk", webhook_id)
        )
        return Response(status=204)


class Rotate(CommandView):
    """A new secret."""

    @operation("webhooks.rotate", right="webhooks.write", answers={200: WebhookWithSecret})
    def perform(self, request: Request, **parts: object) -> Response:
        """Give a webhook a new secret.

        It is told once; the one before signs too, for a day.
        """
        endpoint, secret = services.rotate_secret(
            actor=actor_of(request), endpoint_id=endpoint_id(parts)
        )
        return ToldOnce(show(endpoint), secret=secret, status=200)


def reader(request: Request) -> Actor:
    """Who asks, when it may read webhooks; raises NotAllowed."""
    actor = actor_of(request)
    authorise(actor, "webhooks.read")
    if actor.organisation is not None:
        raise NotAllowed("Webhooks tell of every organisation of the reseller.")
    return actor


def endpoint_id(parts: dict[str, object]) -> UUID:
    """The webhook of the path; raises NotFound."""
    return ids.from_public("whk", str(parts["webhook_id"]))


_ONE = "webhooks/<str:webhook_id>"
urlpatterns = [
    path("webhooks", Webhooks.as_view(), name="api-webhooks"),
    path(_ONE, OneWebhook.as_view(), name="api-webhook"),
    path(f"{_ONE}/rotate", Rotate.as_view(), name="api-webhook-rotate"),
]
