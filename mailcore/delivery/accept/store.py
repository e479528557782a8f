"""One database connection of the accept daemon: role delivery, schema-qualified SQL, no ORM."""

import asyncio
import logging
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

import psycopg
from psycopg import AsyncConnection

from kernel.keys import unwrap
from mailcore.delivery.accept.batch import ACCEPT, Batch, domains_of
from mailcore.delivery.accept.draft import Draft
from mailcore.delivery.accept.errors import NotAccepted
from mailcore.delivery.accept.submission import Owner

log = logging.getLogger(__name__)

SUBMITTERS = (Path(__file__).parents[1] / "sql" / "submitters.sql").read_text(encoding="utf-8")
_STORED = "SELECT id FROM public.message WHERE id = ANY (%(ids)s)"
_DEADLINE = 30.0
_OPTIONS = "-c statement_timeout=25s -c application_name=livery-accept"


class Store:
    """Connects when it is first needed and after a loss; unwrapped keys are kept by their id."""

    def __init__(self, *, dsn: str, master: bytes) -> None:
        self._dsn, self._master = dsn, master
        self._connection: AsyncConnection | None = None
        self._keys: dict[UUID, bytes] = {}

    async def put(self, drafts: Sequence[Draft]) -> dict[int, NotAccepted]:
        """Store what may be stored, all or nothing; the others by their place, with the reason.

        Raises psycopg.OperationalError or TimeoutError when the database is away. After a lost
        connection the rows that had been committed are found by their ids, and the rest is tried
        once more.
        """
        try:
            async with asyncio.timeout(_DEADLINE):
                return await self._attempt(drafts, after_loss=False)
        except (psycopg.OperationalError, TimeoutError) as error:
            log.warning("database connection lost: %s", error)
            await self.close()
        try:
            async with asyncio.timeout(_DEADLINE):
                return await self._attempt(drafts, after_loss=True)
        except (psycopg.OperationalError, TimeoutError):
            await self.close()
            raise

    async def close(self) -> None:
        """Give the connection up."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    async def _attempt(
        self, drafts: Sequence[Draft], *, after_loss: bool
    ) -> dict[int, NotAccepted]:
        connection = await self._open()
        stored: set[UUID] = set()
        if after_loss:
            ids = [draft.submission.id for draft in drafts]
            found = await connection.execute(_STORED, {"ids": ids})
            stored = {row[0] for row in await found.fetchall()}
        owners, hosted = await self._facts(connection, drafts)
        batch = Batch(hosted=hosted)
        refused: dict[int, NotAccepted] = {}
        for place, draft in enumerate(drafts):
            owner = owners.get(draft.login)
            if draft.submission.id in stored:
                continue
            if owner is None:
                refused[place] = NotAccepted("4.7.1", "This login has no mailbox, or no key yet")
            else:
                batch.add(draft.submission, owner=owner)
        if len(stored) + len(refused) < len(drafts):
            await connection.execute(ACCEPT, batch.parameters())
        return refused

    async def _facts(
        self, connection: AsyncConnection, drafts: Sequence[Draft]
    ) -> tuple[dict[str, Owner], set[str]]:
        """Owners by login, and which recipient domains are hosted here: one round trip."""
        logins = sorted({draft.login for draft in drafts})
        domains = domains_of([draft.submission for draft in drafts])
        found = await connection.execute(SUBMITTERS, {"logins": logins, "domains": domains})
        owners: dict[str, Owner] = {}
        hosted: set[str] = set()
        for name, reseller, organisation, key_id, wrapped in await found.fetchall():
            if reseller is None:
                hosted.add(name)
            else:
                key = self._key(key_id, wrapped=wrapped, reseller_id=reseller)
                owners[name] = Owner(
                    reseller_id=reseller, organisation_id=organisation, key_id=key_id, key=key
                )
        return owners, hosted

    def _key(self, key_id: UUID, *, wrapped: bytes, reseller_id: UUID) -> bytes:
        if key_id not in self._keys:
            self._keys[key_id] = unwrap(
                wrapped=bytes(wrapped), reseller_id=reseller_id, master=self._master
            )
        return self._keys[key_id]

    async def _open(self) -> AsyncConnection:
        if self._connection is None or self._connection.closed:
            self._connection = await AsyncConnection.connect(
                self._dsn, autocommit=True, options=_OPTIONS
            )
        return self._connection
