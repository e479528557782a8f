"""Events become deliveries: one row for each endpoint that asked for the type."""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kernel import clock, ids
from tenants.webhooks.models import WebhookDelivery, WebhookEndpoint
from tenants.webhooks.schedule import GIVE_UP_AFTER

_BATCH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """What happened; `data` holds JSON primitives and public ids."""

    event_id: UUID
    reseller_id: UUID
    event_type: str
    occurred_at: datetime
    data: dict[str, object]


def queue_events(facts: Sequence[Fact]) -> int:
    """Queue each fact for the endpoints that want it, in the caller's transaction; how many rows.

    A fact that is told twice is queued once. What happened before an endpoint was made is not
    told to it. Runs as role worker for facts of several resellers.
    """
    endpoints = _endpoints({fact.reseller_id for fact in facts})
    now, rows = clock.now(), list[WebhookDelivery]()
    for fact in facts:
        wanted = [
            endpoint
            for endpoint in endpoints[fact.reseller_id]
            if fact.event_type in endpoint.event_types and fact.occurred_at >= endpoint.created_at
        ]
        if wanted:
            body = body_of(fact)
            rows += [delivery_of(fact, endpoint=one, body=body, now=now) for one in wanted]
    WebhookDelivery.objects.bulk_create(rows, batch_size=_BATCH, ignore_conflicts=True)
    return len(rows)


def body_of(fact: Fact) -> str:
    """What is posted: `{"type", "timestamp", "data"}`, as Standard Webhooks recommends."""
    said = {
        "type": fact.event_type,
        "timestamp": fact.occurred_at.isoformat(timespec="milliseconds"),
        "data": fact.data,
    }
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


def delivery_of(
    fact: Fact, *, endpoint: WebhookEndpoint, body: str, now: datetime
) -> WebhookDelivery:
    """The row that waits."""
    return WebhookDelivery(
        public_id=ids.uuid7(),
        reseller_id=fact.reseller_id,
        endpoint_id=endpoint.public_id,
        event_id=fact.event_id,
        event_type=fact.event_type,
        body=body,
        created_at=now,
        due_at=now,
        give_up_at=now + GIVE_UP_AFTER,
    )


def _endpoints(resellers: set[UUID]) -> dict[UUID, list[WebhookEndpoint]]:
    found = defaultdict[UUID, list[WebhookEndpoint]](list)
    rows = WebhookEndpoint.objects.filter(is_enabled=True, reseller_id__in=resellers)
    for endpoint in rows.only("public_id", "reseller_id", "event_types", "created_at"):
        found[endpoint.reseller_id].append(endpoint)
    return found
