"""Open sessions, kept for the next message to the same host; a cap for each site."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace

from mailcore.delivery.egress_settings import Timeouts
from mailcore.delivery.smtp.envelope import Answer, ConnectionFailed, Envelope
from mailcore.delivery.smtp.session import Endpoint, Session
from mailcore.delivery.smtp.transaction import BeforeDot

#: Seconds that an unused session is kept, and that any session may live.
IDLE = 10.0
AGE = 300.0

#: Called when a session is open: what to send on it, or None when it need not be sent any more.
Prepare = Callable[[], Awaitable[tuple[Envelope, bytes] | None]]


class SessionPool:
    """Delivers over reused sessions; at most `cap` open at once for each site key."""

    def __init__(self, *, timeouts: Timeouts, cap: int, messages: int) -> None:
        self._timeouts = timeouts
        self._messages = messages
        self._idle: dict[Endpoint, list[Session]] = defaultdict(list)
        self._slots: dict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(cap))

    async def deliver(
        self, *, site: str, endpoints: Sequence[Endpoint], prepare: Prepare, before_dot: BeforeDot
    ) -> dict[str, Answer]:
        """An answer per recipient's address; raises ConnectionFailed, and what `prepare` raises."""
        async with self._slots[site]:
            while session := self._take_idle(endpoints):
                try:
                    return await self._send(session, prepare, before_dot)
                except ConnectionFailed as failure:
                    # An idle session may have been closed by the server at this very moment.
                    if failure.answer.phase != "mail":
                        raise
            return await self._send(await self._connect_any(endpoints), prepare, before_dot)

    async def close_idle(self, *, older_than: float = IDLE) -> None:
        """Say goodbye on sessions that nobody used for so many seconds."""
        limit = time.monotonic() - older_than
        stale: list[Session] = []
        for endpoint, sessions in list(self._idle.items()):
            stale += [s for s in sessions if s.last_used <= limit or not s.is_usable]
            kept = [s for s in sessions if s.last_used > limit and s.is_usable]
            if kept:
                self._idle[endpoint] = kept
            else:
                del self._idle[endpoint]
        await asyncio.gather(*(session.quit() for session in stale))

    async def _send(
        self, session: Session, prepare: Prepare, before_dot: BeforeDot
    ) -> dict[str, Answer]:
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self._put_back, session)
            prepared = await prepare()
            if prepared is None:
                return {}
            envelope, content = prepared
            return await session.deliver(envelope, content=content, before_dot=before_dot)

    def _take_idle(self, endpoints: Sequence[Endpoint]) -> Session | None:
        for endpoint in endpoints:
            sessions = self._idle.get(_place(endpoint), [])
            while sessions:
                session = sessions.pop()
                if session.is_usable:
                    return session
                session.abandon()
        return None

    async def _connect_any(self, endpoints: Sequence[Endpoint]) -> Session:
        failure = ConnectionFailed("no address to connect to", phase="dns")
        for endpoint in endpoints:
            try:
                return await self._connect(endpoint)
            except ConnectionFailed as error:
                failure = error
        raise failure

    async def _connect(self, endpoint: Endpoint) -> Session:
        session = Session(endpoint, timeouts=self._timeouts)
        try:
            await session.open()
        except ConnectionFailed as failure:
            if failure.answer.phase != "starttls":
                raise
            # Opportunistic: a server whose TLS is broken gets its mail as one that has none.
            session = Session(replace(endpoint, may_tls=False), timeouts=self._timeouts)
            await session.open()
        return session

    async def _put_back(self, session: Session) -> None:
        is_spent = session.messages >= self._messages
        if session.is_usable and not is_spent and time.monotonic() - session.opened_at < AGE:
            self._idle[_place(session.endpoint)].append(session)
        else:
            await session.quit()


def _place(endpoint: Endpoint) -> Endpoint:
    """Where idle sessions are looked for: TLS or not makes no other server of it."""
    return replace(endpoint, may_tls=True)
