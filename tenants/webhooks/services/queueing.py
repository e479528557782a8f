"""Events become deliveries: one row for each endpoint that asked for the type."""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from kernel import clock, ids
from tenants.webhooks.models import WebhookEndpoint
from tenants.webhooks.schedule import GIVE_UP_AFTER
from tenants.webhooks.statements import statement

_QUEUE = statement("queue")
_AT_ONCE = 5000


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
    rows = list[tuple[Fact, UUID, str]]()
    for fact in facts:
        wanted = [
            endpoint.public_id
            for endpoint in endpoints[fact.reseller_id]
            if fact.event_type in endpoint.event_types and fact.occurred_at >= endpoint.created_at
        ]
        if wanted:
            body = body_of(fact)
            rows += [(fact, endpoint_id, body) for endpoint_id in wanted]
    for first in range(0, len(rows), _AT_ONCE):
        queue_rows(rows[first : first + _AT_ONCE])
    return len(rows)


def queue_rows(rows: Sequence[tuple[Fact, UUID, str]]) -> list[UUID]:
    """Queue (fact, endpoint, body) in one statement; the ids of the deliveries."""
    now = clock.now()
    made = [ids.uuid7() for _ in rows]
    with connection.cursor() as cursor:
        cursor.execute(_QUEUE, {
            "now": now,
            "give_up_at": now + GIVE_UP_AFTER,
            "public_id": made,
            "reseller_id": [fact.reseller_id for fact, _, _ in rows],
            "endpoint_id": [endpoint_id for _, endpoint_id, _ in rows],
            "event_id": [fact.event_id for fact, _, _ in rows],
            "event_type": [fact.event_type for fact, _, _ in rows],
            "body": [body for _, _, body in rows],
        })  # fmt: skip
    return made


def body_of(fact: Fact) -> str:
    """What is posted: `{"type", "timestamp", "data"}`, as Standard Webhooks recommends."""
    said = {
        "type": fact.event_type,
        "timestamp": fact.occurred_at.isoformat(timespec="milliseconds"),
        "data": fact.data,
    }
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


def _endpoints(resellers: set[UUID]) -> dict[UUID, list[WebhookEndpoint]]:
    found = defaultdict[UUID, list[WebhookEndpoint]](list)
    rows = WebhookEndpoint.objects.filter(is_enabled=True, reseller_id__in=resellers)
    for endpoint in rows.only("public_id", "reseller_id", "event_types", "created_at"):
        found[endpoint.reseller_id].append(endpoint)
    return found
