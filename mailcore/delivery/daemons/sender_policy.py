"""The sender policy as a server on asyncio streams; only other names than the login's own ask the database."""

import asyncio
import logging
import os

import psycopg

from kernel import clock
from mailcore.delivery.accept.other_names import OtherNames
from mailcore.protocol.sender_policy import LATER, MalformedRequest, PolicySession, Question

log = logging.getLogger(__name__)

#: Seconds between two questions of one SMTP session.
_REST = 3600.0
_CHUNK = 1 << 14


async def serve(
    *, address: tuple[str, int], key: bytes, names: OtherNames, stop: asyncio.Event
) -> None:
    """Answer on `address` until `stop` is set; a session that lost us asks our successor."""
    tasks: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            await _converse(reader, writer, key=key, names=names)
        finally:
            tasks.discard(task)
            writer.close()

    server = await asyncio.start_server(connected, *address, backlog=1024)
    log.info("the sender policy is asked on %s:%d", *address)
    await stop.wait()
    server.close()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await names.close()


async def _converse(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, key: bytes, names: OtherNames
) -> None:
    session = PolicySession(
        key=key, now=lambda: int(clock.now().timestamp()), nonce=lambda: os.urandom(8)
    )
    try:
        while data := await asyncio.wait_for(reader.read(_CHUNK), _REST):
            for question in session.receive(data):
                writer.write(await _answer(session, question, names))
            await writer.drain()
    except MalformedRequest as error:
        log.warning("connection of the sender policy closed: %s", error)
    except (ConnectionError, TimeoutError):
        log.debug("connection of the sender policy ended by its peer")


async def _answer(session: PolicySession, question: Question | None, names: OtherNames) -> bytes:
    if question is None or not question.is_open:
        return session.answer(question, may=True)
    try:
        may = await names.allowed(login=question.login, address=question.sender)
    except (psycopg.OperationalError, TimeoutError) as error:
        log.warning("nobody can say whether %s may be used: %s", question.sender, error)
        return LATER
    return session.answer(question, may=may)
