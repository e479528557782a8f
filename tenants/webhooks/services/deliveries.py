"""What a person or a program asks of deliveries: one more time, or a test."""

from uuid import UUID

from django.db import transaction

from kernel import clock, ids
from kernel.actor import Actor
from kernel.outbox import audit
from tenants.webhooks import selectors
from tenants.webhooks.catalogue import TEST
from tenants.webhooks.errors import EndpointDisabled
from tenants.webhooks.models import WebhookDelivery, WebhookEndpoint
from tenants.webhooks.schedule import GIVE_UP_AFTER
from tenants.webhooks.services.endpoints import allow
from tenants.webhooks.services.queueing import Fact, body_of, queue_rows
from tenants.webhooks.states import DeliveryState


@transaction.atomic
def replay_delivery(*, actor: Actor, delivery_id: UUID) -> WebhookDelivery:
    """Send it once more, with the id that it had, and if need be for three days again.

    Raises NotAllowed, NotFound, EndpointDisabled.
    """
    allow(actor)
    found = selectors.get_delivery(delivery_id)
    _enabled(found.endpoint_id)
    delivery = WebhookDelivery.objects.select_for_update().get(pk=found.pk)
    now = clock.now()
    delivery.state, delivery.ended_at = DeliveryState.WAITING, None
    delivery.due_at, delivery.give_up_at, delivery.attempts = now, now + GIVE_UP_AFTER, 0
    # Its lease stays as it is: a sender that is at it now keeps its turn.
    delivery.save(update_fields=["state", "ended_at", "due_at", "give_up_at", "attempts"])
    audit("webhook.replayed", subject=delivery.reference, actor=actor)
    return delivery


@transaction.atomic
def send_test(*, actor: Actor, endpoint_id: UUID) -> WebhookDelivery:
    """Queue a `webhook.test` event for one endpoint; raises NotAllowed, NotFound, EndpointDisabled."""
    allow(actor)
    endpoint = _enabled(endpoint_id)
    fact = Fact(
        event_id=ids.uuid7(),
        reseller_id=endpoint.reseller_id,
        event_type=TEST,
        occurred_at=clock.now(),
        data={"webhook": endpoint.reference},
    )
    (delivery_id,) = queue_rows([(fact, endpoint.public_id, body_of(fact))])
    audit("webhook.tested", subject=endpoint.reference, actor=actor)
    return selectors.get_delivery(delivery_id)


def _enabled(endpoint_id: UUID) -> WebhookEndpoint:
    endpoint = selectors.get_endpoint(endpoint_id)
    if not endpoint.is_enabled:
        raise EndpointDisabled
    return endpoint
