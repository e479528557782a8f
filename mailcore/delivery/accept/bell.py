"""The same wake-up for services: a thread of the process publishes, nobody waits for Redis."""

import logging
import threading
import time

from redis import Redis
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

_SPACING, _AFTER_FAILURE = 0.02, 1.0


class Bell:
    """Publishes on `wake:<node>` at most once every 20 ms; without Redis the node's polling does."""

    def __init__(self, *, url: str, node: str) -> None:
        self._url, self._channel = url, f"wake:{node}"
        self._rung = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def ring(self) -> None:
        """Ask for a wake-up; returns at once. Call it after the commit."""
        self._rung.set()
        with self._lock:
            # A forked process has none of its parent's threads.
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="wake-up", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        with Redis.from_url(self._url, socket_timeout=1, socket_connect_timeout=1) as redis:
            while True:
                self._rung.wait()
                self._rung.clear()
                try:
                    redis.publish(self._channel, b"1")
                except (RedisError, OSError) as error:
                    log.debug("wake-up not sent, the node polls: %s", error)
                    time.sleep(_AFTER_FAILURE)
                else:
                    time.sleep(_SPACING)
