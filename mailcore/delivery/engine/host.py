"""The one loop of an egress process, on a thread of its own (foundations 20).

Celery only starts it and tells it to stop: the sockets outlive tasks. A loop that ends with an
error is started again here, so that mail flows while Redis, and Celery with it, is away.
"""

import asyncio
import logging
import os
import time
from contextlib import suppress
from threading import Event, Lock, Thread

import uvloop

from mailcore.delivery import collector
from mailcore.delivery.egress_settings import EgressSettings, read_settings
from mailcore.delivery.engine import process

log = logging.getLogger(__name__)

#: Seconds on top of the drain until a process that cannot end is ended (a Redis that hangs).
LAST_RESORT = 5.0
#: Seconds between a loop that ended unasked and the next.
AGAIN = 1.0


class Engine:
    """Starts the loop at most once at a time; safe to call from any thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._thread: Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._stopping = Event()
        self._drain = 30.0

    @property
    def is_running(self) -> bool:
        """Whether the loop lives."""
        return self._thread is not None and self._thread.is_alive()

    def ensure(self, settings: EgressSettings) -> bool:
        """Start the loop for good, unless it lives or the process ends; True when started."""
        with self._lock:
            if self.is_running or self._stopping.is_set():
                return False
            self._drain = settings.drain
            self._thread = Thread(target=self._run, args=(settings,), name="egress", daemon=True)
            self._thread.start()
            return True

    def request_stop(self) -> None:
        """Claim no more and finish; returns at once, for good."""
        self._stopping.set()
        loop, stop = self._loop, self._stop
        if loop is not None and stop is not None:
            # A loop that just ended needs no word.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(stop.set)

    def wait(self) -> None:
        """Until the loop has drained, or should have."""
        if self._thread is not None:
            self._thread.join(self._drain + LAST_RESORT)

    def end_process(self) -> None:
        """After the drain, end the process even if Celery hangs; only where a loop ran."""
        if self._thread is None:
            return
        self.wait()
        time.sleep(LAST_RESORT)
        os._exit(0)

    def _run(self, settings: EgressSettings) -> None:
        collector.settle()
        while not self._stopping.is_set():
            try:
                with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                    runner.run(self._main(settings))
            except Exception:
                log.exception("the egress loop ended with an error")
            self._stopping.wait(AGAIN)

    async def _main(self, settings: EgressSettings) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        if self._stopping.is_set():
            return
        await process.run(settings, stop=self._stop)


ENGINE = Engine()


def ensure(*, node: str) -> bool:
    """Start this process's loop unless it lives; True when it was started."""
    return not ENGINE.is_running and ENGINE.ensure(read_settings(node=node))
