"""How Celery runs here; each value was tried (docs/operations.md)."""

from django.conf import settings

from controlplane.schedule import beat_schedule as beat_schedule

broker_url = settings.REDIS_URL
broker_connection_retry_on_startup = True
broker_connection_max_retries = None  # for ever: a lost Redis costs delay, never a worker
broker_transport_options = {
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    "socket_keepalive": True,
    "health_check_interval": 10,
    "retry_on_timeout": True,
}
accept_content = ["json"]
task_serializer = "json"
task_ignore_result = True
task_acks_late = True
task_reject_on_worker_lost = True
task_default_queue = "control"
worker_prefetch_multiplier = 1
worker_hijack_root_logger = False
timezone = "UTC"
