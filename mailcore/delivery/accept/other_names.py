"""In which other names a login may write: those of the aliases that reach it."""

import asyncio

import psycopg
from psycopg import AsyncConnection

from mailcore.delivery.statements import PLANNED_ONCE

_ALLOWED = "SELECT FROM sec.senders_among(ARRAY[%(login)s], ARRAY[%(address)s])"
_DEADLINE = 10.0
_OPTIONS = f"{PLANNED_ONCE} -c statement_timeout=5s -c application_name=livery-sender-policy"


class OtherNames:
    """One connection as role delivery, opened when it is first needed and after a loss."""

    def __init__(self, *, dsn: str) -> None:
        self._dsn = dsn
        self._connection: AsyncConnection | None = None
        self._turn = asyncio.Lock()

    async def allowed(self, *, login: str, address: str) -> bool:
        """Whether the address is an alias of the login's; raises OperationalError, TimeoutError."""
        asked = {"login": login, "address": address}
        async with self._turn, asyncio.timeout(_DEADLINE):
            try:
                return await self._ask(asked)
            except psycopg.OperationalError:
                await self.close()
            return await self._ask(asked)

    async def close(self) -> None:
        """Give the connection up."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    async def _ask(self, asked: dict[str, str]) -> bool:
        if self._connection is None or self._connection.closed:
            self._connection = await AsyncConnection.connect(
                self._dsn, autocommit=True, prepare_threshold=0, options=_OPTIONS
            )
        found = await self._connection.execute(_ALLOWED, asked)
        return await found.fetchone() is not None
