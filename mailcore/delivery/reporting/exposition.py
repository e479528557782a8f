"""`GET /metrics` on a loopback address, in the loop that it tells of."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress

from prometheus_client import CONTENT_TYPE_LATEST

log = logging.getLogger(__name__)

#: Seconds for a request, and between attempts to have the port that an old process still has.
PATIENCE = 5.0
MAX_REQUEST = 8192


async def serve(listen: tuple[str, int], *, render: Callable[[], bytes]) -> None:
    """Answer until cancelled; without its port the process works on, and tries again to have it."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, TimeoutError, asyncio.LimitOverrunError, EOFError):
            async with asyncio.timeout(PATIENCE):
                request = await reader.readuntil(b"\r\n\r\n")
                writer.write(_response(request, render))
                await writer.drain()
        writer.close()

    while True:
        try:
            server = await asyncio.start_server(answer, *listen, limit=MAX_REQUEST)
        except OSError as error:
            log.warning("no metrics on %s:%s: %s", *listen, error)
            await asyncio.sleep(PATIENCE)
            continue
        async with server:
            await server.serve_forever()


def _response(request: bytes, render: Callable[[], bytes]) -> bytes:
    if request.split(b" ")[:2] != [b"GET", b"/metrics"]:
        return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    body = render()
    head = (
        "HTTP/1.1 200 OK\r\n"
        f"Content-Type: {CONTENT_TYPE_LATEST}\r\nContent-Length: {len(body)}\r\n"
        "Connection: close\r\n\r\n"
    )
    return head.encode() + body
