"""Hear of new work at once: a hint by Redis; polling finds the work without it."""

import asyncio
import logging

from redis.asyncio import Redis
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

AGAIN = 2.0


async def listen(*, url: str, node: str, wake: asyncio.Event) -> None:
    """Set `wake` at each message on `wake:<node>`, until cancelled; survives Redis."""
    is_away = False
    while True:
        try:
            async with (
                Redis.from_url(url, socket_connect_timeout=2, health_check_interval=10) as redis,
                redis.pubsub(ignore_subscribe_messages=True) as channel,
            ):
                await channel.subscribe(f"wake:{node}")
                if is_away:
                    log.info("Redis is back: wake-ups are heard again")
                is_away = False
                while True:
                    if await channel.get_message(timeout=5):
                        wake.set()
        except (RedisError, OSError) as error:
            if not is_away:
                log.warning("no wake-ups without Redis, polling only: %s", error)
            is_away = True
            await asyncio.sleep(AGAIN)
