"""Deliveries in the database: claimed with a lease, settled under its fence; as role delivery."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from psycopg import AsyncConnection
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool

from kernel import crypto, keys
from tenants.webhooks import signing
from tenants.webhooks.schedule import MOST_ATTEMPTS
from tenants.webhooks.statements import statement

_CLAIM, _SETTLE, _KEY = statement("claim"), statement("settle"), statement("reseller_key")
#: Longer than any request takes; by the database's clock.
LEASE = timedelta(seconds=60)
MOST_TRIES = 30

Connection = AsyncConnection[TupleRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A delivery that is ours until its lease ends; `secrets` are as they are stored."""

    public_id: UUID
    lease_seq: int
    endpoint_id: UUID
    reseller_id: UUID
    event_id: UUID
    body: str
    attempts: int
    give_up_at: datetime
    url: str
    failures: int
    secret: bytes
    previous_secret: bytes | None
    previous_until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What is stored of a request; `due_at` None ends the delivery."""

    claimed: Claimed
    at: datetime
    is_heard: bool
    status: int | None
    error: str
    text: str
    milliseconds: int
    due_at: datetime | None
    next_try_at: datetime

    def parameters(self) -> dict[str, Any]:
        """Of settle.sql."""
        state = "delivered" if self.is_heard else "waiting" if self.due_at else "failed"
        tried = {
            "at": self.at.isoformat(timespec="milliseconds"),
            "status": self.status,
            "milliseconds": self.milliseconds,
            "error": self.error,
            "answer": self.text,
        }
        return {
            "public_id": self.claimed.public_id,
            "lease_seq": self.claimed.lease_seq,
            "state": state,
            "due_at": self.due_at,
            "now": self.at,
            "status": self.status,
            "error": self.error[:200],
            "try": json.dumps([tried]),
            "most_tries": MOST_TRIES,
            "is_heard": self.is_heard,
            "next_try_at": self.next_try_at,
        }


class Store:
    """The database as the loop needs it; use as an asynchronous context."""

    def __init__(self) -> None:
        self._pool = AsyncConnectionPool[Connection](
            settings.DSN("delivery"),
            min_size=1,
            max_size=2,
            timeout=10,
            kwargs={"autocommit": True},
            open=False,
        )
        self._master = crypto.master_key(Path(settings.MASTER_KEY_FILE))
        self._keys: dict[UUID, bytes] = {}

    async def __aenter__(self) -> "Store":
        """Open the pool."""
        await self._pool.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close it."""
        await self._pool.close()

    async def claim(self, *, now: datetime, free: int, lanes: int) -> list[Claimed]:
        """Up to `free` due deliveries; raises psycopg's errors."""
        values = {
            "now": now,
            "free": free,
            "lanes": lanes,
            "lease": LEASE,
            "most_attempts": MOST_ATTEMPTS,
        }
        async with self._pool.connection() as connection:
            cursor = await connection.execute(_CLAIM, values)
            names = [column.name for column in cursor.description or ()]
            rows = await cursor.fetchall()
        return [Claimed(**dict(zip(names, row, strict=True))) for row in rows]

    async def settle(self, results: Sequence[Settled]) -> None:
        """Store results in one transaction; raises psycopg's errors."""
        # Sorted: two senders that settle the same endpoints in different orders would deadlock.
        ordered = sorted(results, key=lambda one: one.claimed.endpoint_id)
        async with self._pool.connection() as connection, connection.transaction():
            await connection.cursor().executemany(_SETTLE, [one.parameters() for one in ordered])

    async def secrets(self, claimed: Claimed, *, now: datetime) -> list[bytes]:
        """The secret, and the one before while it still counts; raises crypto.DecryptionFailed."""
        sealed = [claimed.secret]
        if claimed.previous_secret and claimed.previous_until and claimed.previous_until > now:
            sealed.append(claimed.previous_secret)
        context = signing.context(claimed.endpoint_id)
        return [
            crypto.unseal(key=await self._key(one), sealed=one, context=context) for one in sealed
        ]

    async def _key(self, sealed: bytes) -> bytes:
        key_id = crypto.key_id_of(sealed)
        if key_id not in self._keys:
            async with self._pool.connection() as connection:
                cursor = await connection.execute(_KEY, {"key_id": key_id})
                row = await cursor.fetchone()
            if row is None:
                raise crypto.DecryptionFailed("the key is not here")
            self._keys[key_id] = keys.unwrap(
                wrapped=bytes(row[0]), reseller_id=row[1], master=self._master
            )
        return self._keys[key_id]
