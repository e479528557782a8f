"""`/api/v1/webhooks`."""

from uuid import UUID

from django.urls import path
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from kernel import ids
from kernel.actor import Actor, authorise
from kernel.errors import InvalidInput, NotAllowed, NotFound
from kernel.rest.idempotency import ToldOnce
from kernel.rest.paging import page
from kernel.rest.serializers import Body
from kernel.rest.views import ApiView, CommandView, actor_of
from tenants.webhooks import selectors, services
from tenants.webhooks.catalogue import DEFAULT
from tenants.webhooks.models import WebhookDelivery, WebhookEndpoint
from tenants.webhooks.states import DeliveryState


class NewWebhook(Body):
    """Where events go, and which; without `events` all but those of each accepted message."""

    url = serializers.CharField(max_length=2000)
    events = serializers.ListField(
        child=serializers.CharField(max_length=100), max_length=100, default=lambda: list(DEFAULT)
    )
    description = serializers.CharField(max_length=1000, allow_blank=True, default="")


class Change(Body):
    """What is to be different."""

    url = serializers.CharField(max_length=2000, required=False)
    events = serializers.ListField(
        child=serializers.CharField(max_length=100), max_length=100, required=False
    )
    description = serializers.CharField(max_length=1000, allow_blank=True, required=False)
    is_enabled = serializers.BooleanField(required=False)


def show(endpoint: WebhookEndpoint) -> dict[str, object]:
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


def show_delivery(delivery: WebhookDelivery) -> dict[str, object]:
    """A delivery as JSON; `event` is the `webhook-id` of the request."""
    return {
        "id": delivery.reference,
        "event": ids.to_public("evt", delivery.event_id),
        "type": delivery.event_type,
        "state": delivery.state,
        "body": delivery.body,
        "created_at": delivery.created_at,
        "due_at": delivery.due_at if delivery.state == DeliveryState.WAITING else None,
        "ended_at": delivery.ended_at,
        "attempts": delivery.attempts,
        "tries": delivery.tries,
    }


class Webhooks(CommandView):
    """List and add."""

    def get(self, request: Request) -> Response:
        """The reseller's endpoints."""
        _reader(request)
        return page(request, selectors.list_endpoints(), show=show)

    def perform(self, request: Request, **_: object) -> Response:
        """201 with the secret, which a repeat by Idempotency-Key is not told again."""
        body = NewWebhook(data=request.data)
        body.is_valid(raise_exception=True)
        given = dict(body.validated_data)
        endpoint, secret = services.add_endpoint(
            actor=actor_of(request), event_types=given.pop("events"), **given
        )
        return ToldOnce(show(endpoint), secret=secret, status=201)


class OneWebhook(ApiView):
    """Read, change or remove one."""

    def get(self, request: Request, webhook_id: str) -> Response:
        """200, or 404 for what the key does not see."""
        _reader(request)
        return Response(show(selectors.get_endpoint(ids.from_public("whk", webhook_id))))

    def patch(self, request: Request, webhook_id: str) -> Response:
        """200 with the changed endpoint."""
        body = Change(data=request.data)
        body.is_valid(raise_exception=True)
        given = dict(body.validated_data)
        endpoint = services.change_endpoint(
            actor=actor_of(request),
            endpoint_id=ids.from_public("whk", webhook_id),
            event_types=given.pop("events", None),
            **given,
        )
        return Response(show(endpoint))

    def delete(self, request: Request, webhook_id: str) -> Response:
        """204: nothing more is sent, and its log is gone."""
        services.remove_endpoint(
            actor=actor_of(request), endpoint_id=ids.from_public("whk", webhook_id)
        )
        return Response(status=204)


class Rotate(CommandView):
    """A new secret."""

    def perform(self, request: Request, **parts: object) -> Response:
        """200 with the secret, told once; the one before signs too, for a day."""
        endpoint, secret = services.rotate_secret(
            actor=actor_of(request), endpoint_id=_endpoint_id(parts)
        )
        return ToldOnce(show(endpoint), secret=secret, status=200)


class Test(CommandView):
    """An event to try the receiver with."""

    def perform(self, request: Request, **parts: object) -> Response:
        """202 with the delivery; what came of it stands in the log."""
        delivery = services.send_test(actor=actor_of(request), endpoint_id=_endpoint_id(parts))
        return Response(show_delivery(delivery), status=202)


class Deliveries(ApiView):
    """The log."""

    def get(self, request: Request, webhook_id: str) -> Response:
        """A page, oldest first; `?state=` narrows."""
        _reader(request)
        endpoint = selectors.get_endpoint(ids.from_public("whk", webhook_id))
        state = request.query_params.get("state", "")
        if state and state not in DeliveryState.values:
            raise InvalidInput("A state is waiting, delivered or failed.", field="state")
        rows = selectors.list_deliveries(endpoint_id=endpoint.public_id, state=state)
        return page(request, rows, show=show_delivery)


class Replay(CommandView):
    """The same event once more."""

    def perform(self, request: Request, **parts: object) -> Response:
        """202 with the delivery, which waits again."""
        delivery_id = ids.from_public("whd", str(parts["delivery_id"]))
        authorise(actor_of(request), "webhooks.write")
        if selectors.get_delivery(delivery_id).endpoint_id != _endpoint_id(parts):
            raise NotFound
        delivery = services.replay_delivery(actor=actor_of(request), delivery_id=delivery_id)
        return Response(show_delivery(delivery), status=202)


def _reader(request: Request) -> Actor:
    actor = actor_of(request)
    authorise(actor, "webhooks.read")
    if actor.organisation is not None:
        raise NotAllowed("Webhooks tell of every organisation of the reseller.")
    return actor


def _endpoint_id(parts: dict[str, object]) -> UUID:
    return ids.from_public("whk", str(parts["webhook_id"]))


_ONE = "webhooks/<str:webhook_id>"
urlpatterns = [
    path("webhooks", Webhooks.as_view(), name="api-webhooks"),
    path(_ONE, OneWebhook.as_view(), name="api-webhook"),
    path(f"{_ONE}/rotate", Rotate.as_view(), name="api-webhook-rotate"),
    path(f"{_ONE}/test", Test.as_view(), name="api-webhook-test"),
    path(f"{_ONE}/deliveries", Deliveries.as_view(), name="api-webhook-deliveries"),
    path(
        f"{_ONE}/deliveries/<str:delivery_id>/replay",
        Replay.as_view(),
        name="api-webhook-replay",
    ),
]
