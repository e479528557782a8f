"""A worker's SIGTERM reaches the engine: stop claiming at once, drain, then end the process."""

from threading import Thread

from celery import signals

from mailcore.delivery.engine.host import ENGINE


@signals.worker_shutting_down.connect
def stop_claiming(**_: object) -> None:
    """Fires on SIGTERM itself; Celery may hang later, when Redis does."""
    ENGINE.request_stop()
    Thread(target=ENGINE.end_process, name="last-resort", daemon=True).start()


@signals.worker_shutdown.connect
def wait_for_drain(**_: object) -> None:
    """Fires at the end of the warm shutdown."""
    ENGINE.request_stop()
    ENGINE.wait()
