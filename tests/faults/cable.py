"""A cable to Redis that can be cut: whoever goes by it loses Redis, and nobody else does."""

import asyncio
from types import TracebackType
from typing import Self

from stack.client.endpoints import Endpoints
from tests.faults.background import Background, hang_up

PORT = 6379
CHUNK = 1 << 16


class Cable:
    """A context manager: an address where Redis answers until `cut`, and again after `mend`."""

    def __init__(self, endpoints: Endpoints) -> None:
        redis = endpoints.service("redis")
        self._redis = (redis.address, redis.port)
        self._address = f"{redis.address.rpartition('.')[0]}.249"
        self.url = f"redis://{self._address}:{PORT}/0"
        self._servers: list[asyncio.Server] = []

    def __enter__(self) -> Self:
        """Lay it."""
        self._background = Background("cable")
        self.mend()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Take it away."""
        self._background.end(self._servers)

    def cut(self) -> None:
        """End every connection and take no new one."""
        self._background.run(hang_up(self._servers))
        self._servers.clear()

    def mend(self) -> None:
        """Take connections."""
        self._servers.append(self._background.run(self._listen()))

    async def _listen(self) -> asyncio.Server:
        return await asyncio.start_server(self._join, self._address, PORT)

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection(*self._redis)
            try:
                await asyncio.gather(_pour(reader, far_writer), _pour(far_reader, writer))
            finally:
                far_writer.close()
        except OSError:
            pass  # Redis itself is away: the caller sees the end of the connection
        finally:
            writer.close()


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(CHUNK):
        writer.write(data)
        await writer.drain()
    writer.close()
