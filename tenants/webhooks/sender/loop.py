"""Claim, post, settle: any number of endpoints at once, a few requests to each."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from random import Random

import psycopg
from psycopg_pool import PoolTimeout

from kernel import clock, crypto
from tenants.webhooks import schedule, signing
from tenants.webhooks.sender.posting import Answer, Poster
from tenants.webhooks.sender.store import Claimed, Settled, Store

log = logging.getLogger(__name__)

#: Requests under way, in all and to one endpoint.
SLOTS, LANES = 64, 8
#: Seconds between looks: the least, the most, and after the database failed.
BUSY, IDLE, AGAIN = 0.02, 0.5, 1.0


class Sender:
    """One of any number of senders on the same rows: leases keep them apart."""

    def __init__(
        self,
        store: Store,
        *,
        poster: Poster,
        scale: float,
        random: Random | None = None,
        now: Callable[[], datetime] = clock.now,
    ) -> None:
        """`scale` shortens every delay (tests)."""
        self._store = store
        self._poster = poster
        self._scale = scale
        self._random = random or Random()  # noqa: S311 - spreads load, hides nothing
        self._now = now
        self._flying: set[asyncio.Task[None]] = set()
        self._results: list[Settled] = []

    async def run(self, stop: asyncio.Event) -> None:
        """Work until told to stop, then end what is under way."""
        stopping = asyncio.create_task(stop.wait())
        while not stop.is_set():
            try:
                is_idle = await self._turn()
            except (psycopg.Error, PoolTimeout) as error:
                log.warning("webhooks wait for the database: %s", error)
                await asyncio.wait({stopping}, timeout=AGAIN)
                continue
            await asyncio.sleep(BUSY)
            if is_idle and not self._results:
                # An answer makes room for the next request to its endpoint: no need to wait longer.
                await asyncio.wait(
                    {stopping, *self._flying}, timeout=IDLE, return_when=asyncio.FIRST_COMPLETED
                )
        if self._flying:
            await asyncio.wait(self._flying)
        # What cannot be stored now is sent again, with the same id.
        with suppress(psycopg.Error, PoolTimeout):
            await self._flush()

    async def drain(self) -> None:
        """Turn until nothing is due and nothing is under way (tests and orders by hand)."""
        while not await self._turn() or self._flying or self._results:
            await asyncio.sleep(BUSY)

    async def _turn(self) -> bool:
        """One look; whether nothing was due."""
        await self._flush()
        free = SLOTS - len(self._flying)
        claimed = []
        if free > 0:
            claimed = await self._store.claim(now=self._now(), free=free, lanes=LANES)
        for one in claimed:
            task = asyncio.create_task(self._deliver(one))
            self._flying.add(task)
            task.add_done_callback(self._flying.discard)
        return not claimed

    async def _deliver(self, claimed: Claimed) -> None:
        now = self._now()
        try:
            secrets = await self._store.secrets(claimed, now=now)
        except (crypto.DecryptionFailed, psycopg.Error, PoolTimeout) as error:
            log.exception("the secret of a webhook cannot be opened: %s", claimed.endpoint_id)
            answer = Answer(error=f"not signed: {type(error).__name__}")
        else:
            headers = signing.headers(
                event_id=claimed.event_id, body=claimed.body, at=now, secrets=secrets
            )
            answer = await self._poster.post(claimed.url, body=claimed.body, headers=headers)
        self._results.append(self._settled(claimed, answer))

    def _settled(self, claimed: Claimed, answer: Answer) -> Settled:
        now = self._now()
        due_at = None
        if not answer.is_heard:
            due_at = schedule.next_try(
                now=now,
                attempts=claimed.attempts,
                give_up_at=claimed.give_up_at,
                wish=answer.wish,
                scale=self._scale,
                random=self._random,
            )
        return Settled(
            claimed=claimed,
            at=now,
            is_heard=answer.is_heard,
            status=answer.status,
            error=answer.error,
            text=answer.text,
            milliseconds=answer.milliseconds,
            due_at=due_at,
            next_try_at=now + schedule.gate(claimed.failures + 1, scale=self._scale),
        )

    async def _flush(self) -> None:
        if not self._results:
            return
        batch, self._results = self._results, []
        try:
            await self._store.settle(batch)
        except (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout):
            self._results = batch + self._results
            raise
        except psycopg.Error:
            await self._flush_each(batch)

    async def _flush_each(self, batch: list[Settled]) -> None:
        """One bad result must not keep the others: its lease ends, and it is tried again."""
        for result in batch:
            try:
                await self._store.settle([result])
            except psycopg.Error:
                log.exception("a result cannot be stored: %s", result.claimed.public_id)
