"""Tell the egress node that there is work: a hint by Redis that is never waited for."""

import asyncio
import logging

from redis.asyncio import Redis
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

_SPACING, _AFTER_FAILURE = 0.02, 1.0


class Waker:
    """Publishes on `wake:<node>` at most once every 20 ms; without Redis the node's polling does."""

    def __init__(self, *, url: str, node: str) -> None:
        self.failures = 0
        self._url, self._channel = url, f"wake:{node}"
        self._rung = asyncio.Event()
        self._is_ended = False

    def ring(self) -> None:
        """Ask for a wake-up; returns at once."""
        self._rung.set()

    def end(self) -> None:
        """Let `run` return within two seconds.

        Cancelling it is not enough: a cancellation that meets redis-py's own timeout is lost.
        """
        self._is_ended = True
        self._rung.set()

    async def run(self) -> None:
        """Publish until `end` is called."""
        redis = Redis.from_url(self._url, socket_timeout=1, socket_connect_timeout=1)
        async with redis:
            while not self._is_ended:
                await self._rung.wait()
                self._rung.clear()
                await asyncio.sleep(await self._publish(redis))

    async def _publish(self, redis: Redis) -> float:
        try:
            await redis.publish(self._channel, b"1")
        except (RedisError, OSError) as error:
            self.failures += 1
            log.log(
                logging.WARNING if self.failures == 1 else logging.DEBUG,
                "wake-up %d not sent, the node polls: %s", self.failures, error,
            )  # fmt: skip
            return _AFTER_FAILURE
        if self.failures:
            log.warning("wake-ups are sent again, %d were not", self.failures)
            self.failures = 0
        return _SPACING
