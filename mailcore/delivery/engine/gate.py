"""Between a claimed job and its session: which source, whose turn, and whether now at all."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial

from kernel import clock
from mailcore.delivery.engine.turns import Claim, Turns
from mailcore.delivery.jobs import Job
from mailcore.delivery.ports import Elsewhere, Errand, Shaper, Source, Sources, Wait, ip_of
from mailcore.delivery.remote import Route
from mailcore.delivery.smtp.envelope import Answer

#: A wait up to here (seconds) is spent in the turn; a longer one back in the queue.
SHORT = 0.5
#: The same for a new connection, when the tokens of the errand itself are taken already.
SHORT_BEFORE_CONNECTING = 2.0
#: Jobs in line for one place, for each of its connections, until the next go back to the queue.
MOST_PER_CONNECTION = 4
#: For so long nobody passes on what another node passed on: both may see it otherwise.
SETTLED = timedelta(minutes=10)
FULL = Wait(seconds=1.0, reason="enough of ours wait for this site")


class NotNow(Exception):
    """The job goes back into the queue for a while; nothing was sent."""

    def __init__(self, wait: Wait) -> None:
        self.wait = wait
        super().__init__(wait.reason)


class NotHere(Exception):
    """Another node is to send the job."""

    def __init__(self, node: str) -> None:
        self.node = node
        super().__init__(node)


class Gate:
    """Lets a job through when its source and its turn have come."""

    def __init__(self, *, sources: Sources, shaper: Shaper, at_home: int) -> None:
        """`at_home`: sessions that our own mail store takes at once."""
        self._sources = sources
        self._shaper = shaper
        self._at_home = at_home
        self._turns = Turns()

    @asynccontextmanager
    async def passage(self, job: Job, route: Route) -> AsyncIterator["Passage"]:
        """Hold a connection's place while the block runs; raises NotNow, NotHere before."""
        errand = errand_of(job, route)
        source = self._sources.choose(errand, now=clock.now())
        if isinstance(source, Wait):
            raise NotNow(source)
        if isinstance(source, Elsewhere):
            raise NotHere(source.node)
        place = (source.address, route.site)
        passage = Passage(errand, source=source, sources=self._sources, shaper=self._shaper)
        try:
            most = MOST_PER_CONNECTION * passage.connections
            if not self._turns.has_room(place, job.message.reseller_id, most=most):
                raise NotNow(FULL)
            async with self._turns.turn(place, _claim_of(job), cap=lambda: passage.connections):
                await _until_allowed(partial(self._shaper.admit, errand, source=source))
                yield passage
        finally:
            passage.close()

    @asynccontextmanager
    async def turn_at_home(self, job: Job) -> AsyncIterator[None]:
        """Hold a place at our own mail store while the block runs."""
        async with self._turns.turn(job.site, _claim_of(job), cap=lambda: self._at_home):
            yield


class Passage:
    """A job that may go: from where, in which limits, and where to say what came of it."""

    def __init__(self, errand: Errand, *, source: Source, sources: Sources, shaper: Shaper) -> None:
        self.source = source
        self._errand = errand
        self._sources = sources
        self._shaper = shaper
        self._is_told = False

    @property
    def connections(self) -> int:
        """How many may be open now; at least one."""
        return max(self._shaper.connections(self._errand, source=self.source), 1)

    @property
    def messages(self) -> int:
        """How many one connection carries."""
        return self._shaper.messages_per_connection(self._errand)

    @property
    def needs_tls(self) -> bool:
        """Whether nothing may go there in the clear."""
        return self._shaper.needs_tls(self._errand)

    async def may_connect(self) -> None:
        """Wait for the leave to open one more connection; raises NotNow when that takes long."""
        await _until_allowed(
            partial(self._shaper.may_connect, self._errand, source=self.source),
            patience=SHORT_BEFORE_CONNECTING,
        )

    def heard(self, answers: Sequence[Answer]) -> None:
        """What the server said to each recipient."""
        self._is_told = True
        if answers:
            self._shaper.heard(self._errand, source=self.source, answers=answers)
        self._sources.tried(self._errand, source=self.source, answers=answers)

    def close(self) -> None:
        """Without a word before: nothing was sent."""
        if not self._is_told:
            self.heard(())


async def _until_allowed(
    ask: Callable[[], Awaitable[Wait | None]], *, patience: float = SHORT
) -> None:
    while wait := await ask():
        if wait.seconds > patience:
            raise NotNow(wait)
        patience -= wait.seconds
        await asyncio.sleep(wait.seconds)


def errand_of(job: Job, route: Route) -> Errand:
    """The job as those who decide see it."""
    message = job.message
    return Errand(
        reseller_id=message.reseller_id,
        stream=message.stream,
        pool=message.pool,
        site=route.site,
        provider=route.provider,
        recipients=len(job.recipients),
        is_retry=message.attempts > 1,
        ip={ip_of(target.address) for target in route.targets},
        domain=job.site,
        was_passed=message.passed_at is not None and clock.now() - message.passed_at < SETTLED,
    )


def _claim_of(job: Job) -> Claim:
    message = job.message
    return Claim(
        reseller_id=message.reseller_id,
        prio=message.prio,
        is_retry=message.attempts > 1,
        cost=len(job.recipients),
    )
