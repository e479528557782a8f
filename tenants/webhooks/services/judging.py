"""Endpoints that failed for long are switched off; deliveries end, and the log is kept short."""

import logging
from datetime import timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Count, Q

from kernel import clock
from kernel.actor import SYSTEM
from kernel.outbox import audit, publish
from kernel.tenancy import in_reseller
from tenants.webhooks.models import WebhookDelivery, WebhookEndpoint
from tenants.webhooks.schedule import GIVE_UP_AFTER, MOST_ATTEMPTS
from tenants.webhooks.states import DeliveryState, DisabledFor

log = logging.getLogger(__name__)

DISABLED = "webhook.disabled"
#: Without one success for as long as a single event is tried.
FAILING_FOR = GIVE_UP_AFTER
#: Rows that may wait for an endpoint that fails: beyond, it would fill our disk.
MOST_WAITING = 100_000
GONE = 410
KEPT_DELIVERED, KEPT_FAILED = timedelta(days=7), timedelta(days=30)
_AT_ONCE = 10_000


def judge_endpoints() -> int:
    """Switch off what failed for too long, end what nobody will take, forget what is old.

    Publishes `webhook.disabled`; returns how many endpoints were switched off. As role worker.
    """
    now = clock.now()
    failing = WebhookEndpoint.objects.filter(is_enabled=True, failures__gt=0)
    reasons = dict.fromkeys(_full(), DisabledFor.TOO_MANY)
    for endpoint in failing.filter(first_failed_at__lte=now - FAILING_FOR):
        reasons[endpoint.public_id] = DisabledFor.FAILING
    for endpoint in failing.filter(last_status=GONE):
        reasons[endpoint.public_id] = DisabledFor.GONE
    for endpoint_id, reason in reasons.items():
        _disable(endpoint_id, reason)
    _end_deliveries()
    _forget()
    return len(reasons)


def _full() -> list[UUID]:
    failing = WebhookEndpoint.objects.filter(is_enabled=True, failures__gt=0)
    waiting = (
        WebhookDelivery.objects.filter(
            state=DeliveryState.WAITING, endpoint_id__in=failing.values("public_id")
        )
        .values("endpoint_id")
        .annotate(waiting=Count("public_id"))
        .filter(waiting__gt=MOST_WAITING)
    )
    return [row["endpoint_id"] for row in waiting]


@transaction.atomic
def _disable(endpoint_id: UUID, reason: DisabledFor) -> None:
    # The condition is asked again under the lock: it may have answered a moment ago.
    endpoint = (
        WebhookEndpoint.objects.select_for_update()
        .filter(public_id=endpoint_id, is_enabled=True, failures__gt=0)
        .first()
    )
    if endpoint is None:
        return
    endpoint.is_enabled, endpoint.disabled_for = False, reason
    endpoint.save(update_fields=["is_enabled", "disabled_for"])
    log.warning("webhook %s is switched off: %s", endpoint.reference, reason)
    data: dict[str, object] = {
        "webhook": endpoint.reference,
        "url": endpoint.url,
        "reason": str(reason),
        "since": endpoint.first_failed_at.isoformat() if endpoint.first_failed_at else "",
    }
    with in_reseller(endpoint.reseller_id):
        publish(DISABLED, subject=endpoint.reference, data=data)
        audit(DISABLED, subject=endpoint.reference, actor=SYSTEM, data=data)


def _end_deliveries() -> None:
    """What could not be tried (endpoint switched off, sender killed each time) ends all the same."""
    over = Q(give_up_at__lte=clock.now() - timedelta(hours=1)) | Q(attempts__gte=MOST_ATTEMPTS)
    waiting = WebhookDelivery.objects.filter(over, state=DeliveryState.WAITING, lease_until=None)
    lost = WebhookDelivery.objects.filter(
        over, state=DeliveryState.WAITING, lease_until__lte=clock.now() - timedelta(minutes=5)
    )
    for rows in (waiting, lost):
        rows.update(
            state=DeliveryState.FAILED,
            ended_at=clock.now(),
            lease_until=None,
            last_error="given up",
        )


def _forget() -> None:
    """By the age that their ids tell, so that the primary key finds them."""
    for state, kept in (
        (DeliveryState.DELIVERED, KEPT_DELIVERED),
        (DeliveryState.FAILED, KEPT_FAILED),
    ):
        with connection.cursor() as cursor:
            cursor.execute(
                """DELETE FROM public.webhook_delivery WHERE public_id IN (
                     SELECT public_id FROM public.webhook_delivery
                     WHERE public_id < sec.uuid_at(%s) AND state = %s
                     ORDER BY public_id LIMIT %s)""",
                [clock.now() - kept, state.value, _AT_ONCE],
            )
