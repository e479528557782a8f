"""A worker's start and its SIGTERM reach the engine.

A worker of an egress queue starts its loop before it reaches Redis: mail does not wait for a task
that a broker which was lost during the start may never hand over.
"""

from threading import Thread

from celery import signals
from celery.apps.worker import Worker

from mailcore.delivery.engine import host
from mailcore.delivery.engine.host import ENGINE

EGRESS_QUEUE = "egress."


@signals.celeryd_after_setup.connect
def start(*, instance: Worker, **_: object) -> None:
    """Fires when the queues are known, before the broker is asked for anything."""
    for queue in instance.app.amqp.queues.consume_from:
        if queue.startswith(EGRESS_QUEUE):
            host.ensure(node=queue.removeprefix(EGRESS_QUEUE))


@signals.worker_shutting_down.connect
@signals.worker_shutdown.connect
def end(**_: object) -> None:
    """Fires on SIGTERM itself, and when Celery gives up by itself: either may hang with Redis."""
    ENGINE.request_stop()
    Thread(target=ENGINE.end_process, name="last-resort", daemon=True).start()


@signals.worker_shutdown.connect
def wait_for_drain(**_: object) -> None:
    """Fires at the end of the warm shutdown."""
    ENGINE.wait()
