"""What is done with webhooks."""

from tenants.webhooks.services.deliveries import replay_delivery, send_test
from tenants.webhooks.services.endpoints import (
    add_endpoint,
    change_endpoint,
    remove_endpoint,
    rotate_secret,
)
from tenants.webhooks.services.judging import judge_endpoints
from tenants.webhooks.services.keeping import forget_events, keep_event
from tenants.webhooks.services.queueing import Fact, queue_events

__all__ = [
    "Fact",
    "add_endpoint",
    "change_endpoint",
    "forget_events",
    "judge_endpoints",
    "keep_event",
    "queue_events",
    "remove_endpoint",
    "replay_delivery",
    "rotate_secret",
    "send_test",
]
