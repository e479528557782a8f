"""The loop of one shard: own it, claim from it, deliver, keep the leases, and stop cleanly."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

import psycopg

from kernel import clock
from mailcore.delivery import outcomes
from mailcore.delivery.egress_settings import EgressSettings
from mailcore.delivery.engine import wake
from mailcore.delivery.engine.courier import Courier
from mailcore.delivery.engine.fence import Fence
from mailcore.delivery.engine.flights import Flights
from mailcore.delivery.engine.journal import Journal
from mailcore.delivery.engine.recorder import Recorder
from mailcore.delivery.engine.returns import Returns
from mailcore.delivery.engine.store import Store
from mailcore.delivery.jobs import Claimed, group
from mailcore.delivery.smtp.envelope import Answer
from mailcore.delivery.smtp.pool import SessionPool
from mailcore.delivery.suppression import before_send

log = logging.getLogger(__name__)

#: Seconds between looks into the queue when nothing wakes us: short after work, longer when idle.
POLL, IDLE_POLL = 0.1, 1.0
#: Seconds from one claim to the next at least. A rest is so many times what the claim took, up to
#: the longest: what comes meanwhile is claimed together, and costs less the busier the machine is.
SPACING, REST, LONGEST_REST = 0.02, 4, 0.1
CLEAR_EVERY = 6
#: Seconds for the last try of a recipient whose time is up.
OVERDUE = 3600.0
AGAIN = 1.0
LAST_WAIT = 2.0


class ShardLoop:
    """Runs a shard until asked to stop, or until another process owns it."""

    def __init__(
        self,
        settings: EgressSettings,
        *,
        store: Store,
        courier: Courier,
        fence: Fence,
        recorder: Recorder,
        returns: Returns,
        journal: Journal,
        sessions: SessionPool,
        beside: Mapping[str, Callable[[], Coroutine[Any, Any, None]]],
        wake_up: asyncio.Event,
        random: Random,
    ) -> None:
        self._settings = settings
        self._store = store
        self._courier = courier
        self._fence = fence
        self._recorder = recorder
        self._returns = returns
        self._journal = journal
        self._sessions = sessions
        self._beside = beside
        self._wake = wake_up
        self._random = random
        self._stop = asyncio.Event()
        self._is_in_doubt = False
        self._flights = Flights(per_site=settings.connections_per_site * 2, landed=self._wake.set)

    def stop(self) -> None:
        """Claim no more, finish what is under way, end."""
        self._stop.set()
        self._wake.set()

    async def run(self, *, is_alone: bool) -> None:
        """Own the shard and work; `is_alone`: no other process of this node can have it."""
        if not await self._own(is_alone=is_alone):
            return
        recording = self._vital("recorder", self._recorder.run())
        if is_alone:
            await self._until_done("look at what was under way", self._take_over)
        url = self._settings.redis_url
        beside = [
            self._vital("fence", self._fence.run()),
            self._vital("returns", self._returns.run()),
            self._vital("leases", self._keep_leases()),
            self._vital("sweep", self._sweep(is_alone=is_alone)),
            self._vital("wake-up", wake.listen(url=url, node=self._settings.node, wake=self._wake)),
            *(self._vital(name, work()) for name, work in self._beside.items()),
        ]
        try:
            await self._work()
        finally:
            await self._drain()
            self._recorder.close()
            await recording
            for task in beside:
                task.cancel()
            # A cancellation that meets redis-py's own timeout is lost: do not wait for ever.
            await asyncio.wait(beside, timeout=LAST_WAIT)

    def _vital(self, name: str, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """A task without which the shard would stand still: when it fails, the loop ends."""

        def look(task: asyncio.Task[None]) -> None:
            if not task.cancelled() and (error := task.exception()):
                log.error("the loop ends: its %s failed", name, exc_info=error)
                self.stop()

        task = asyncio.create_task(work, name=name)
        task.add_done_callback(look)
        return task

    async def _own(self, *, is_alone: bool) -> bool:
        while not self._stop.is_set():
            try:
                if await self._store.take(is_alone=is_alone):
                    log.info("shard %s is ours, epoch %s", self._settings.shard, self._store.epoch)
                    return True
            except psycopg.OperationalError as error:
                log.warning("cannot take the shard: %s", error)
            await self._pause(AGAIN)
        return False

    async def _take_over(self) -> None:
        """What the process before us had: unsent goes back, answers are stored, doubt is said."""
        before = await self._store.leased_before()
        self._journal.keep_only(before)
        await self._release_unsent(before)
        self._recorder.put(
            [
                self._settled(self._journal.answer_of(claimed) or _interrupted(claimed))
                for claimed in before
                if self._journal.was_sent(claimed)
            ]
        )

    async def _release_orphans(self) -> None:
        """What the process before us was claiming while it died: committed after we looked."""
        await self._release_unsent(await self._store.leased_before())

    async def _release_unsent(self, before: list[Claimed]) -> None:
        unsent = [claimed for claimed in before if not self._journal.was_sent(claimed)]
        if before:
            log.info("taken over: %d unsent, %d sent", len(unsent), len(before) - len(unsent))
        await self._store.recover(unsent)

    async def _work(self) -> None:
        idle, clock_of_loop = POLL, asyncio.get_running_loop().time
        while not self._stop.is_set():
            self._wake.clear()
            began = clock_of_loop()
            claimed = await self._claim()
            for job in group(await self._sifted(claimed)):
                self._flights.start(job, self._courier.run(job))
            if claimed:
                idle = POLL
            elif self._store.has_seen_all or not self._room():
                await self._until_woken(idle)
                idle = min(idle * 1.5, IDLE_POLL)
            if len(claimed) < self._settings.batch:
                took = clock_of_loop() - began
                await asyncio.sleep(min(max(SPACING - took, took * REST), LONGEST_REST))

    async def _claim(self) -> list[Claimed]:
        limit = min(self._room(), self._settings.batch)
        if limit <= 0:
            return []
        try:
            if self._is_in_doubt:
                strays = await self._store.release_strays(self._under_way())
                log.info("a claim was not heard: %d released", strays)
                self._is_in_doubt = False
            return await self._store.claim(
                now=clock.now(), limit=limit, busy=self._flights.busy_sites
            )
        except psycopg.OperationalError as error:
            log.warning("nothing can be claimed: %s", error)
            self._is_in_doubt = True
            await self._pause(AGAIN)
            return []

    async def _sifted(self, claimed: list[Claimed]) -> Sequence[Claimed]:
        """Without those whom a suppression or a pause met since acceptance."""
        if not claimed:
            return claimed
        try:
            async with self._store.connection() as connection:
                sifted = await before_send.sift(
                    claimed, connection=connection, scale=self._settings.delay_scale
                )
        except psycopg.OperationalError as error:
            log.warning("%d given back, not looked through: %s", len(claimed), error)
            self._returns.put(claimed)
            return ()
        now = clock.now()
        self._recorder.put(
            [
                self._settled(outcomes.record(one, answer, started_at=now, ended_at=now))
                for one, answer in sifted.refused
            ]
        )
        return sifted.kept

    def _under_way(self) -> set[UUID]:
        """Every recipient that somebody here works on."""
        known = {claimed.recipient_id for claimed in self._flights.recipients}
        return known | self._recorder.unsettled | self._returns.unsettled

    def _room(self) -> int:
        return self._settings.in_flight - self._flights.count

    async def _keep_leases(self) -> None:
        """Say that we live, and keep what is under way; without either, stop."""
        while True:
            await asyncio.sleep(self._settings.heartbeat)
            try:
                if not await self._store.heartbeat():
                    log.error("shard %s has another owner", self._settings.shard)
                    self.stop()
                    return
                await self._store.hold(
                    self._flights.recipients, seconds=self._settings.waiting_lease
                )
            except psycopg.OperationalError as error:
                log.warning("no heartbeat: %s", error)

    async def _sweep(self, *, is_alone: bool) -> None:
        turn = 0
        while True:
            await self._until_done("reap leases", self._store.reap)
            if is_alone:
                await self._until_done("release orphans", self._release_orphans)
            await self._until_done("end holds", self._end_holds)
            await self._until_done("move rows home", self._store.rehome)
            await self._until_done("heal pairs", self._store.heal_pairs)
            turn = (turn + 1) % CLEAR_EVERY
            if turn == 0:
                await self._until_done("clear pairs", self._store.clear_pairs)
                await self._until_done("hold what is overdue", self._hold_overdue)
            self._wake.set()
            await asyncio.sleep(self._settings.sweep / 2)
            await self._sessions.close_idle()
            await asyncio.sleep(self._settings.sweep / 2)
            await self._sessions.close_idle()

    async def _end_holds(self) -> None:
        """Held recipients go back in time, or end: they expire like all others."""
        now = clock.now()
        await self._store.end_holds(now=now)
        expired = await self._store.claim_expired(now=now)
        self._recorder.put([self._settled(_held_too_long(claimed)) for claimed in expired])

    async def _hold_overdue(self) -> None:
        grace = timedelta(seconds=OVERDUE * self._settings.delay_scale)
        await self._store.hold_overdue(before=clock.now() - grace)

    def _settled(self, tried: outcomes.Try) -> outcomes.Result:
        return outcomes.settle(tried, scale=self._settings.delay_scale, random=self._random)

    async def _drain(self) -> None:
        await self._flights.wait(seconds=self._settings.drain)
        await self._returns.flush()
        await self._sessions.close_idle(older_than=-1)

    async def _until_done(self, what: str, step: Callable[[], Awaitable[object]]) -> None:
        """Repeat a step until the database answers; stopping ends it."""
        while not self._stop.is_set():
            try:
                await step()
            except psycopg.OperationalError as error:
                log.warning("cannot %s: %s", what, error)
                await self._pause(AGAIN)
            else:
                return

    async def _until_woken(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._wake.wait()

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stop.wait()


def _interrupted(claimed: Claimed) -> outcomes.Try:
    """The final dot went out, and the process ended before it heard an answer."""
    now = clock.now()
    text = "the delivery process ended before the answer came"
    answer = Answer(verdict="deferred", phase="dot", text=text, maybe_delivered=True)
    return outcomes.record(claimed, answer, started_at=now, ended_at=now)


def _held_too_long(claimed: Claimed) -> outcomes.Try:
    """Its time was up while it was held: it was not tried again."""
    now = clock.now()
    text = "it was held in the queue until its time was up"
    answer = Answer(verdict="deferred", phase="queue", enhanced="4.4.7", text=text)
    return outcomes.record(claimed, answer, started_at=now, ended_at=now)
