"""The submission milter as a server on asyncio streams; it needs no database."""

import asyncio
import logging
import os
import struct

from kernel import clock
from mailcore.protocol.submission_milter import MAX_FRAME, MalformedFrame, MilterSession

log = logging.getLogger(__name__)

#: Between two frames of a connection an SMTP session may rest; inside a frame nothing may (s).
_REST, _WITHIN_FRAME = 3600.0, 30.0


async def serve(*, address: tuple[str, int], key: bytes, stop: asyncio.Event) -> None:
    """Answer on `address` until `stop` is set; open SMTP sessions may end their message (5 s)."""
    tasks: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            await _converse(reader, writer, key=key)
        finally:
            tasks.discard(task)
            writer.close()

    server = await asyncio.start_server(connected, *address, backlog=1024)
    log.info("submission milter listens on %s:%d", *address)
    await stop.wait()
    server.close()
    if tasks:
        await asyncio.wait(tasks, timeout=5)
    for task in tasks:
        task.cancel()


async def _converse(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, key: bytes
) -> None:
    session = MilterSession(
        key=key, now=lambda: int(clock.now().timestamp()), nonce=lambda: os.urandom(8)
    )
    try:
        while not session.closed:
            writer.write(session.receive(await _payload(reader)))
            await writer.drain()
    except MalformedFrame as error:
        log.warning("milter connection closed: %s", error)
    except (asyncio.IncompleteReadError, ConnectionError, TimeoutError):
        log.debug("milter connection ended by its peer")


async def _payload(reader: asyncio.StreamReader) -> bytes:
    async with asyncio.timeout(_REST):
        head = await reader.readexactly(4)
    (length,) = struct.unpack("!I", head)
    if not 0 < length <= MAX_FRAME:
        raise MalformedFrame(f"length {length}")
    async with asyncio.timeout(_WITHIN_FRAME):
        return await reader.readexactly(length)
