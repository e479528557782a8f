"""The one loop of a worker process, on a thread of its own; Celery only sees to it that it lives."""

import asyncio
import logging
from contextlib import suppress
from threading import Event, Lock, Thread

from django.conf import settings

from tenants.webhooks.sender.lookup import HostLookup
from tenants.webhooks.sender.loop import Sender
from tenants.webhooks.sender.posting import SECONDS, Poster
from tenants.webhooks.sender.store import Store

log = logging.getLogger(__name__)

#: Seconds between a loop that ended unasked and the next.
AGAIN = 1.0


class Host:
    """Starts the loop at most once at a time; safe to call from any thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._thread: Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._stopping = Event()

    def ensure(self) -> bool:
        """Start the loop unless it lives or the process ends; True when started."""
        with self._lock:
            is_running = self._thread is not None and self._thread.is_alive()
            if is_running or self._stopping.is_set():
                return False
            self._thread = Thread(target=self._run, name="webhooks", daemon=True)
            self._thread.start()
            return True

    def end(self) -> None:
        """Claim no more, wait for what is under way; what is not ended then is sent again."""
        self._stopping.set()
        loop, stop, thread = self._loop, self._stop, self._thread
        if loop is not None and stop is not None:
            # A loop that just ended needs no word.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(stop.set)
        if thread is not None:
            thread.join(SECONDS + 5)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                asyncio.run(self._main())
            except Exception:
                log.exception("the loop of webhooks ended with an error")
            self._stopping.wait(AGAIN)

    async def _main(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        if self._stopping.is_set():
            return
        poster = Poster(
            HostLookup(settings.RESOLVER),
            allow_private=settings.ALLOW_PRIVATE_TARGETS,
            authorities=settings.CA_FILE,
        )
        async with Store() as store:
            await Sender(store, poster=poster, scale=settings.DELAY_SCALE).run(self._stop)


HOST = Host()
