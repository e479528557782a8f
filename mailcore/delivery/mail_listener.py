"""A server of LMTP or ESMTP on asyncio streams; what a message means is its caller's business."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from mailcore.protocol.mail_dialects import Answer
from mailcore.protocol.mail_session import MailSession, Transaction

log = logging.getLogger(__name__)

Deliver = Callable[[Transaction], Awaitable[Sequence[Answer]]]

_CHUNK = 1 << 16
#: Bytes of messages in memory, of all sessions, from which on those above the second bound must wait.
_MOST_HELD, _LARGE = 256 * 1024**2, 1024**2
_BUSY = Answer(code=421, enhanced="4.3.2", text="Too many connections")
_GOING = Answer(code=421, enhanced="4.3.2", text="Shutting down")
_SLOW = Answer(code=421, enhanced="4.4.2", text="Nothing came for too long")
_FULL = Answer(code=452, enhanced="4.3.1", text="Too much mail at once, try again later")
_FAULT = Answer(code=451, enhanced="4.3.0", text="Internal fault, try again later")


class MailListener:
    """Serves until `stop` is set, then lets transactions in progress end."""

    def __init__(
        self,
        *,
        session: Callable[[], MailSession],
        deliver: Deliver,
        connections: int = 100,
        most_held: int = _MOST_HELD,
        patience: float = 300.0,
    ) -> None:
        """`patience` is the wait for the peer in seconds, `connections` how many at once, `most_held` the
        bytes of messages in memory from which on large ones are put off."""
        self._session, self._deliver = session, deliver
        self._connections, self._patience = connections, patience
        self._most_held = most_held
        self._sessions: set[MailSession] = set()
        self._stopping = asyncio.Event()
        #: The time limits of sessions that rest between two messages.
        self._resting: set[asyncio.Timeout] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def serve(
        self, *, address: tuple[str, int], stop: asyncio.Event, drain: float = 25.0
    ) -> None:
        """Listen on `address`; after `stop`, wait at most `drain` seconds for open transactions."""
        server = await asyncio.start_server(self._connected, *address, backlog=256)
        log.info("mail is heard on %s:%d", *address)
        await stop.wait()
        server.close()
        self._stopping.set()
        for limit in self._resting:
            if not limit.expired():
                limit.reschedule(asyncio.get_running_loop().time())
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=drain)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        session = self._session()
        self._sessions.add(session)
        try:
            if len(self._tasks) > self._connections:
                writer.write(session.close(_BUSY))
            else:
                writer.write(session.greeting())
                await self._converse(session, reader, writer)
            await writer.drain()
        except ConnectionError:
            log.debug("mail peer went away")
        finally:
            self._tasks.discard(task)
            self._sessions.discard(session)
            writer.close()

    async def _converse(
        self,
        session: MailSession,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        while not session.closed:
            # Replies to pipelined commands leave together, in one segment.
            replies = bytearray()
            while isinstance(event := session.next_event(), bytes):
                replies += event
            writer.write(bytes(replies))
            if session.closed:
                return
            if isinstance(event, Transaction):
                writer.write(session.finish(await self._answers(event)))
            elif self._stopping.is_set() and session.is_idle:
                writer.write(session.close(_GOING))
            elif not await self._refill(session, reader, writer):
                return

    async def _refill(
        self,
        session: MailSession,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> bool:
        """Give the session more bytes; False at the end of the stream."""
        await writer.drain()
        data = await self._read(reader, may_stop=session.is_idle)
        if data is None:
            writer.write(session.close(_SLOW))
        elif data:
            session.receive(data)
            if session.is_in_message and session.held > _LARGE and self._is_full:
                log.warning("a message of more than %d bytes is put off: too much at once", _LARGE)
                session.put_off(_FULL)
        return data != b"" or (self._stopping.is_set() and not reader.at_eof())

    @property
    def _is_full(self) -> bool:
        return sum(session.held for session in self._sessions) > self._most_held

    async def _read(self, reader: asyncio.StreamReader, *, may_stop: bool) -> bytes | None:
        """Bytes; empty at the end of the stream or when stopping; None when nothing came."""
        try:
            async with asyncio.timeout(self._patience) as limit:
                if may_stop:
                    self._resting.add(limit)
                try:
                    return await reader.read(_CHUNK)
                finally:
                    self._resting.discard(limit)
        except TimeoutError:
            return b"" if may_stop and self._stopping.is_set() else None

    async def _answers(self, transaction: Transaction) -> Sequence[Answer]:
        try:
            return await self._deliver(transaction)
        except Exception:
            log.exception("fault in a mail transaction")
            return [_FAULT] * len(transaction.recipients)
