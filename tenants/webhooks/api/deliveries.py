"""What was sent to a webhook: the log, a test, once more."""

from datetime import datetime
from typing import Annotated, TypedDict

from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response

from kernel import ids
from kernel.actor import authorise
from kernel.errors import InvalidInput, NotFound
from kernel.rest.openapi import Id, OneOf, Page, Query, operation, shape
from kernel.rest.paging import page
from kernel.rest.views import ApiView, CommandView, actor_of
from tenants.webhooks import errors, selectors, services
from tenants.webhooks.api.webhooks import endpoint_id, reader
from tenants.webhooks.models import WebhookDelivery
from tenants.webhooks.states import DeliveryState

_STATE = Query(name="state", about="Only those that stand there.", is_=OneOf(DeliveryState))


class Try(TypedDict):
    """One request to the receiver: its status, or why there is none."""

    at: datetime
    status: int | None
    milliseconds: int
    error: str
    answer: str


@shape(
    example={
        "id": "whd_01k8z1n1q3s5v7x9z1b3d5f7h9",
        "event": "evt_01k8z1m9q1s3v5x7z9b1d3f5h7",
        "type": "domain.verified",
        "state": "delivered",
        "body": '{"type":"domain.verified","timestamp":"2026-03-01T10:20:00.000+00:00","data":{}}',
        "created_at": "2026-03-01T10:20:00Z",
        "due_at": None,
        "ended_at": "2026-03-01T10:20:01Z",
        "attempts": 1,
        "tries": [
            {
                "at": "2026-03-01T10:20:01.000+00:00",
                "status": 204,
                "milliseconds": 87,
                "error": "",
                "answer": "",
            }
        ],
    }
)
class DeliveryShown(TypedDict):
    """An event for one endpoint; `event` is the `webhook-id` of the request."""

    id: Annotated[str, Id("whd")]
    event: Annotated[str, Id("evt")]
    type: str
    state: Annotated[str, OneOf(DeliveryState)]
    body: str
    created_at: datetime
    due_at: datetime | None
    ended_at: datetime | None
    attempts: int
    tries: list[Try]


def show_delivery(delivery: WebhookDelivery) -> DeliveryShown:
    """A delivery as JSON."""
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


class Test(CommandView):
    """An event to try the receiver with."""

    @operation(
        "webhooks.test",
        right="webhooks.write",
        answers={202: DeliveryShown},
        found_at="webhooks/{webhook_id}/deliveries",
        problems=[errors.EndpointDisabled],
    )
    def perform(self, request: Request, **parts: object) -> Response:
        """Send a test event to a webhook.

        What came of it stands in the log.
        """
        delivery = services.send_test(actor=actor_of(request), endpoint_id=endpoint_id(parts))
        return Response(show_delivery(delivery), status=202)


class Deliveries(ApiView):
    """The log."""

    @operation(
        "webhooks.deliveries",
        right="webhooks.read",
        answers={200: Page[DeliveryShown]},
        query=[_STATE],
    )
    def get(self, request: Request, webhook_id: str) -> Response:
        """List what was sent to a webhook, oldest first."""
        reader(request)
        endpoint = selectors.get_endpoint(ids.from_public("whk", webhook_id))
        state = request.query_params.get("state", "")
        if state and state not in DeliveryState.values:
            raise InvalidInput("A state is waiting, delivered or failed.", field="state")
        rows = selectors.list_deliveries(endpoint_id=endpoint.public_id, state=state)
        return page(request, rows, show=show_delivery)


class Replay(CommandView):
    """The same event once more."""

    @operation(
        "webhooks.replay",
        right="webhooks.write",
        answers={202: DeliveryShown},
        found_at="webhooks/{webhook_id}/deliveries",
        problems=[errors.EndpointDisabled],
    )
    def perform(self, request: Request, **parts: object) -> Response:
        """Send the same event once more."""
        delivery_id = ids.from_public("whd", str(parts["delivery_id"]))
        authorise(actor_of(request), "webhooks.write")
        if selectors.get_delivery(delivery_id).endpoint_id != endpoint_id(parts):
            raise NotFound
        delivery = services.replay_delivery(actor=actor_of(request), delivery_id=delivery_id)
        return Response(show_delivery(delivery), status=202)


_ONE = "webhooks/<str:webhook_id>"
urlpatterns = [
    path(f"{_ONE}/test", Test.as_view(), name="api-webhook-test"),
    path(f"{_ONE}/deliveries", Deliveries.as_view(), name="api-webhook-deliveries"),
    path(
        f"{_ONE}/deliveries/<str:delivery_id>/replay",
        Replay.as_view(),
        name="api-webhook-replay",
    ),
]
