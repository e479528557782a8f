"""Open sessions, kept for the next message to the same host; a limit for each source and site."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence

from mailcore.delivery.egress_settings import Timeouts
from mailcore.delivery.smtp.connecting import Opened, connect, unheard
from mailcore.delivery.smtp.envelope import Answer, ConnectionFailed, Envelope
from mailcore.delivery.smtp.lanes import Lane
from mailcore.delivery.smtp.session import Endpoint, Session
from mailcore.delivery.smtp.transaction import BeforeDot

#: Seconds that an unused session is kept, and that any session may live.
IDLE = 10.0
AGE = 300.0

#: Called when a session is open: what to send on it, or None when it need not be sent any more.
Prepare = Callable[[], Awaitable[tuple[Envelope, bytes] | None]]

#: Called before a connection is opened; raises when it must not be.
MayConnect = Callable[[], Awaitable[None]]


async def _at_once() -> None:
    """For places without a limit of new connections."""


class SessionPool:
    """Delivers over reused sessions; the limits come with each call, as they stand then."""

    def __init__(self, *, timeouts: Timeouts) -> None:
        self._timeouts = timeouts
        self._lanes: dict[tuple[str, str], Lane] = {}
        self._leaving: set[asyncio.Task[None]] = set()

    async def deliver(
        self,
        *,
        site: str,
        endpoints: Sequence[Endpoint],
        prepare: Prepare,
        before_dot: BeforeDot,
        connections: int,
        messages: int,
        may_connect: MayConnect = _at_once,
        opened: Opened = unheard,
    ) -> dict[str, Answer]:
        """An answer per recipient's address; raises ConnectionFailed, and what `prepare` and
        `may_connect` raise.

        All endpoints have the same source. At most `connections` sessions are open from it to the
        site, each ends after `messages` messages. `may_connect` is awaited before each new one,
        `opened` hears how its TLS went.
        """
        place = (endpoints[0].source if endpoints else "", site)
        lane = self._lanes.setdefault(place, Lane())
        visit = _Visit(lane, endpoints, messages=messages)
        try:
            await lane.enter(connections)
            try:
                return await self._try_all(visit, prepare, before_dot, may_connect, opened)
            finally:
                self._leave(visit)
        finally:
            self._forget(place)

    async def close_idle(self, *, older_than: float = IDLE) -> None:
        """Say goodbye on sessions that nobody used for so many seconds."""
        limit = time.monotonic() - older_than
        for place, lane in list(self._lanes.items()):
            for session in list(lane.idle):
                if session.last_used <= limit or not session.is_usable:
                    lane.idle.remove(session)
                    self._part(session)
            self._forget(place)
        if self._leaving:
            await asyncio.wait(self._leaving)

    async def _try_all(
        self,
        visit: "_Visit",
        prepare: Prepare,
        before_dot: BeforeDot,
        may_connect: MayConnect,
        opened: Opened,
    ) -> dict[str, Answer]:
        """On an open session when there is one, else host after host until one talks to us."""
        while visit.take_idle():
            try:
                return await _send(visit, prepare, before_dot)
            except ConnectionFailed as failure:
                # An idle session may have been closed by the server at this very moment.
                visit.failed(failure)
        for endpoint in visit.endpoints:
            if endpoint.host in visit.refused_by:
                continue
            for session in visit.surplus():
                self._part(session)
            await may_connect()
            try:
                visit.session = await connect(endpoint, timeouts=self._timeouts, opened=opened)
                return await _send(visit, prepare, before_dot)
            except ConnectionFailed as failure:
                visit.failed(failure)
        raise visit.failure

    def _leave(self, visit: "_Visit") -> None:
        """Keep the session for the next one, or give the place free once it is closed."""
        session, visit.session = visit.session, None
        if session is None:
            visit.lane.leave()
        elif visit.may_keep(session):
            visit.lane.idle.append(session)
            visit.lane.leave()
        else:
            self._part(session, lane=visit.lane)

    def _part(self, session: Session, *, lane: Lane | None = None) -> None:
        """Say goodbye without making anybody wait for the answer."""
        task = asyncio.create_task(session.quit())
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)
        if lane is not None:
            task.add_done_callback(lambda _: lane.leave())

    def _forget(self, place: tuple[str, str]) -> None:
        lane = self._lanes.get(place)
        if lane is not None and lane.is_deserted:
            del self._lanes[place]


class _Visit:
    """One call's stay in a lane: the session in hand, and what failed so far."""

    def __init__(self, lane: Lane, endpoints: Sequence[Endpoint], *, messages: int) -> None:
        self.lane = lane
        self.endpoints = endpoints
        self.session: Session | None = None
        self.refused_by: set[str] = set()
        self.failure = ConnectionFailed("no address to connect to", phase="dns")
        self._messages = messages

    def take_idle(self) -> bool:
        """Take an idle session to the best of the endpoints."""
        for endpoint in self.endpoints:
            for session in reversed(self.lane.idle):
                if session.endpoint == endpoint and endpoint.host not in self.refused_by:
                    self.lane.idle.remove(session)
                    if self.may_keep(session):
                        self.session = session
                        return True
                    session.abandon()
        return False

    def surplus(self) -> list[Session]:
        """Idle sessions that must go, since one more connection is about to be opened."""
        count = max(self.lane.surplus, 0)
        gone, self.lane.idle[:] = self.lane.idle[:count], self.lane.idle[count:]
        return gone

    def may_keep(self, session: Session) -> bool:
        """Whether another message may go over it."""
        is_young = time.monotonic() - session.opened_at < AGE
        is_spent = session.messages >= self._messages
        return session.is_usable and is_young and not is_spent and self.lane.surplus <= 0

    def failed(self, failure: ConnectionFailed) -> None:
        """Note a failure; raises it when no other host would do better."""
        if self.session is not None and not self.session.is_usable:
            self.session = None  # else it was the preparation that failed
        self.failure = failure
        if failure.answer.code is not None:
            self.refused_by.add(failure.answer.mx)
        if not failure.is_worth_another_host:
            raise failure


async def _send(visit: _Visit, prepare: Prepare, before_dot: BeforeDot) -> dict[str, Answer]:
    prepared = await prepare()
    if prepared is None or visit.session is None:
        return {}
    envelope, content = prepared
    return await visit.session.deliver(envelope, content=content, before_dot=before_dot)
