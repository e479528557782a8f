"""Read endpoints and deliveries; row security shows a reseller only its own."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import QuerySet

from kernel import ids
from kernel.tenancy import current_reseller_id
from tenants.webhooks.models import ToldEvent, WebhookDelivery, WebhookEndpoint


def list_endpoints() -> QuerySet[WebhookEndpoint]:
    """The current reseller's, oldest first."""
    return WebhookEndpoint.objects.filter(reseller_id=current_reseller_id()).order_by("public_id")


def get_endpoint(endpoint_id: UUID) -> WebhookEndpoint:
    """One of the current reseller's; raises NotFound."""
    found = list_endpoints().filter(public_id=endpoint_id).first()
    if found is None:
        raise ids.missing("whk")
    return found


def list_deliveries(
    *, endpoint_id: UUID | None = None, state: str = ""
) -> QuerySet[WebhookDelivery]:
    """The current reseller's, oldest first: of one endpoint, in one state, or all."""
    found = WebhookDelivery.objects.filter(reseller_id=current_reseller_id())
    if endpoint_id is not None:
        found = found.filter(endpoint_id=endpoint_id)
    if state:
        found = found.filter(state=state)
    return found.order_by("public_id")


def get_delivery(delivery_id: UUID) -> WebhookDelivery:
    """One of the current reseller's; raises NotFound."""
    found = list_deliveries().filter(public_id=delivery_id).first()
    if found is None:
        raise ids.missing("whd")
    return found


def resellers_asking_for(event_types: Collection[str]) -> list[UUID]:
    """Whose endpoints ask for one of these types; as role worker, of all resellers."""
    rows = WebhookEndpoint.objects.filter(is_enabled=True, event_types__overlap=list(event_types))
    return list(rows.values_list("reseller_id", flat=True).distinct())


def list_told() -> QuerySet[ToldEvent]:
    """The current reseller's business events, in no order yet."""
    return ToldEvent.objects.filter(reseller_id=current_reseller_id())
