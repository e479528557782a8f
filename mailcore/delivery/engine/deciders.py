"""Those who decide about mail on its way out: which source, and in which limits."""

from collections.abc import Callable, Coroutine, Iterable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from typing import Any

import psycopg

from mailcore.delivery.egress.book import EgressBook
from mailcore.delivery.egress.naming import NameWatch
from mailcore.delivery.egress_settings import EgressSettings
from mailcore.delivery.engine.store import Pool
from mailcore.delivery.lookups import Lookups
from mailcore.delivery.ports import Shaper, Sources
from mailcore.delivery.shaping.throttle import make_throttle

Work = Callable[[], Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deciders:
    """Both, and what has to run beside the loop so that they stay true, by name.

    `throttles`: (provider, kind) of what holds now.
    """

    sources: Sources
    shaper: Shaper
    throttles: Callable[[], Iterable[tuple[str, str]]]
    beside: dict[str, Work]


async def open_deciders(stack: AsyncExitStack, settings: EgressSettings, *, pool: Pool) -> Deciders:
    """Read once what the database knows now; what they learned is written when `stack` ends."""
    throttle = make_throttle(
        pool,
        node=settings.node,
        shard=settings.shard,
        redis_url=settings.redis_url,
        scale=settings.delay_scale,
    )
    stack.push_async_callback(throttle.close)
    book = EgressBook(
        pool, node=settings.node, named=settings.sources, is_shunned=throttle.is_shunned
    )
    stack.push_async_callback(book.close)
    with suppress(psycopg.Error):
        await book.refresh()
    await throttle.load()
    names = NameWatch(pool, node=settings.node, lookups=Lookups(settings.resolver))
    beside: dict[str, Work] = {
        "sources": book.run,
        "shaping": throttle.run,
        "names of sources": names.run,
    }
    return Deciders(sources=book, shaper=throttle, throttles=throttle.in_force, beside=beside)
