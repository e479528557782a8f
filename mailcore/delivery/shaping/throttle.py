"""The Shaper of an egress process: its own decisions, buckets in Redis, overlays in PostgreSQL."""

import asyncio
import logging
import math
from collections.abc import Iterator, Sequence
from contextlib import suppress

import psycopg

from kernel import clock
from mailcore.delivery.ports import Errand, Source, Wait
from mailcore.delivery.shaping.adaptive import Adaptive
from mailcore.delivery.shaping.book import Book, Pool, Workers
from mailcore.delivery.shaping.buckets import Buckets, connect
from mailcore.delivery.shaping.gcra import Limit
from mailcore.delivery.shaping.overlays import Key, Overlay
from mailcore.delivery.shaping.rule_file import compile_rules, shipped
from mailcore.delivery.shaping.rules import target_of
from mailcore.delivery.smtp.envelope import Answer
from mailcore.protocol.providers import OTHER, PROVIDERS

log = logging.getLogger(__name__)

#: Seconds between two looks into the database, and how many of them until old overlays are deleted.
REFRESH, FORGET_EVERY = 3.0, 1200
#: Seconds in which what comes together is stored together.
SETTLE = 0.5


class Throttle:
    """Implements ports.Shaper; start `run` beside the loop and cancel it at the end.

    Without PostgreSQL it goes on with what it knows, and stores later what it learnt meanwhile.
    """

    def __init__(self, adaptive: Adaptive, *, book: Book, redis_url: str, prefix: str) -> None:
        self._adaptive = adaptive
        self._book = book
        self._workers = Workers()
        self._unstored: dict[Key, Overlay] = {}
        self._learnt = asyncio.Event()
        self._buckets = Buckets(
            connect(redis_url),
            workers=lambda: self._workers.everywhere,
            lost_elsewhere=lambda: self._workers.lost_elsewhere,
            changed=self._learnt.set,
            prefix=prefix,
        )

    # -- ports.Shaper -----------------------------------------------------------------------------

    async def admit(self, errand: Errand, *, source: Source) -> Wait | None:
        """None when the errand may go now (its tokens are taken), else the wait."""
        now = clock.now()
        wait = self._adaptive.wait(errand, source=source.address, now=now)
        if wait:
            return wait
        limits = self._adaptive.limits(errand, source=source.address, now=now)
        refusal = await self._buckets.reserve(limits, cost=errand.recipients)
        if refusal is None:
            self._adaptive.left(errand, source=source.address, now=now)
            return None
        return self._adaptive.stayed(errand, source=source.address, refusal=refusal, now=now)

    def connections(self, errand: Errand, *, source: Source) -> int:
        """How many connections from this source to the site may be open in this process.

        The workers of a node share the connections to a known provider, whose sites they all
        serve; any other site has one worker.
        """
        most = self._adaptive.connections(errand, source=source.address, now=clock.now())
        return most if errand.provider == OTHER else max(most // self._workers.here, 1)

    def messages_per_connection(self, errand: Errand) -> int:
        """After how many messages a connection ends."""
        return self._adaptive.messages_per_connection(errand, now=clock.now())

    def needs_tls(self, errand: Errand) -> bool:
        """Whether nothing may go there in the clear."""
        limits = self._adaptive.rules.limits(provider=errand.provider, site=errand.site)
        return limits.tls == "required"

    def heard(self, errand: Errand, *, source: Source, answers: Sequence[Answer]) -> None:
        """Learn from what the server said."""
        changed = self._adaptive.hear(
            errand, source=source.address, answers=answers, now=clock.now()
        )
        for overlay in changed:
            log.info(
                "%s %s until %s: %s", overlay.kind, overlay.reach, overlay.until, overlay.cause
            )
            self._unstored[overlay.key] = overlay
            self._learnt.set()

    # -- Beside the port --------------------------------------------------------------------------

    def is_shunned(self, errand: Errand, address: str) -> bool:
        """Whether the errand had better leave from another source now."""
        return self._adaptive.is_shunned(errand, source=address, now=clock.now())

    async def may_connect(self, errand: Errand, *, source: Source) -> Wait | None:
        """None when one more connection may be opened now, else the wait."""
        rules, target = self._adaptive.rules, target_of(provider=errand.provider, site=errand.site)
        limits = rules.limits(provider=errand.provider, site=errand.site)
        if limits.connection_rate == math.inf:
            return None
        # All connections of a pool may be opened together; what follows them keeps the rate.
        limit = Limit(
            key=f"connect|{source.address}|{target}",
            rate=limits.connection_rate,
            least=limits.connections,
        )
        refusal = await self._buckets.reserve([limit], cost=1)
        if refusal is None:
            return None
        return Wait(seconds=refusal.seconds, reason="limit of new connections")

    def in_force(self) -> Iterator[tuple[str, str]]:
        """(provider, kind) of each overlay that holds now, of all workers; for figures."""
        for overlay in self._adaptive.overlays.in_force(clock.now()):
            target = overlay.reach.target
            yield target if target in PROVIDERS else OTHER, overlay.kind

    async def load(self) -> None:
        """Read what is new, store what was learnt; waits quietly for a database that is away."""
        try:
            if rules := await self._book.changed_rules():
                self._adaptive.use(rules)
            now = clock.now()
            self._adaptive.adopt(await self._book.new_overlays(now), now=now)
            is_away = self._buckets.is_away
            self._workers = await self._book.workers(without_redis=is_away)
            self._buckets.said(is_away=is_away)
            await self._store()
        except psycopg.OperationalError as error:
            log.warning("shaping goes on with what it knows: %s", error)

    async def run(self) -> None:
        """Keep in step with the other workers until cancelled."""
        turn = 0
        while True:
            await self.load()
            await self._until_learnt(REFRESH)
            turn = (turn + 1) % FORGET_EVERY
            if turn == 0:
                await self._forget()

    async def close(self) -> None:
        """Store what is not stored yet and leave Redis."""
        await self.load()
        await self._buckets.close()

    async def _store(self) -> None:
        overlays, self._unstored = self._unstored, {}
        if not overlays:
            return
        try:
            await self._book.put(overlays.values())
        except psycopg.OperationalError:
            # What was learnt meanwhile is newer.
            self._unstored = {**overlays, **self._unstored}
            raise
        except psycopg.Error:
            log.exception("overlays that cannot be stored hold in this process only")

    async def _forget(self) -> None:
        try:
            await self._book.forget(clock.now())
        except psycopg.OperationalError as error:
            log.warning("old overlays stay for now: %s", error)

    async def _until_learnt(self, seconds: float) -> None:
        """Others hear of a suspension at once, of what they learnt in their turn."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._learnt.wait()
                await asyncio.sleep(SETTLE)
        self._learnt.clear()


def make_throttle(
    pool: Pool,
    *,
    node: str,
    redis_url: str,
    shard: int = 0,
    scale: float = 1.0,
    prefix: str = "shaping:",
) -> Throttle:
    """A throttle with the shipped rules, until its first `load`; `pool` is of role delivery."""
    return Throttle(
        Adaptive(compile_rules([shipped()]), scale=scale),
        book=Book(pool, node=node, shard=shard),
        redis_url=redis_url,
        prefix=prefix,
    )
