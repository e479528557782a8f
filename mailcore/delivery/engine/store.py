"""The engine's statements: claim, hold, release, and the sweeps over a shard."""

from collections.abc import Collection, Iterable
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import TupleRow, class_row
from psycopg_pool import AsyncConnectionPool

from mailcore.delivery.egress_settings import EgressSettings
from mailcore.delivery.jobs import Claimed
from mailcore.delivery.statements import statement

_TAKE, _HEARTBEAT = statement("take_shard"), statement("heartbeat")
_CLAIM, _NEXT_PAIR = statement("claim"), statement("next_pair")
_LEASED_BEFORE = statement("leased_before")
_HOLD, _RELEASE, _REAP = statement("hold"), statement("release"), statement("reap")
_PUT_OFF = statement("put_off")
_HEAL, _CLEAR = statement("heal_pairs"), statement("clear_pairs")

#: Pairs that one claim looks at; the next goes on after them.
PAIRS = 256
#: Of a claim, one part of so many is for retries, beside the first tries.
RETRY_SHARE = 4
FIRST = ("", "", UUID(int=0))

Pool = AsyncConnectionPool[AsyncConnection[TupleRow]]


def open_pool(dsn: str, *, name: str, size: int) -> Pool:
    """A pool that is opened later, in the loop that uses it."""
    options = {
        "autocommit": True,
        "options": f"-c statement_timeout=30s -c application_name=livery-{name}",
    }
    return AsyncConnectionPool(
        dsn,
        min_size=1,
        max_size=size,
        open=False,
        timeout=10,
        # Its pauses between attempts double: begin anew soon, so that mail flows when it is back.
        reconnect_timeout=5,
        kwargs=options,
        name=name,
    )


class Store:
    """Statements on behalf of one shard under one epoch; psycopg's errors go to the caller."""

    def __init__(self, pool: Pool, settings: EgressSettings) -> None:
        self._pool = pool
        self._settings = settings
        self._shard = {"node": settings.node, "shard": settings.shard}
        self._after = FIRST
        self.epoch = 0

    async def take(self, *, is_alone: bool) -> bool:
        """Become the shard's owner; False while another process has it."""
        row = await self._one(
            _TAKE, {"is_alone": is_alone, "stale": self._settings.takeover, **self._shard}
        )
        self.epoch = row[0] if row else 0
        return row is not None

    async def heartbeat(self) -> bool:
        """Say that we live; False when the shard has another owner."""
        return await self._one(_HEARTBEAT, {"epoch": self.epoch, **self._shard}) is not None

    async def claim(self, *, now: datetime, limit: int, busy: Collection[str]) -> list[Claimed]:
        """Due recipients under a new lease, turn by turn over sites and resellers."""
        retries = max(1, limit // RETRY_SHARE)
        parameters = {
            "epoch": self.epoch,
            "now": now,
            "batch": limit,
            "quantum": self._settings.quantum,
            "retry_batch": retries,
            "retry_quantum": max(1, self._settings.quantum // RETRY_SHARE),
            "pairs": PAIRS,
            "busy": list(busy),
            "lease": self._settings.waiting_lease,
            "after_pool": self._after[0],
            "after_site": self._after[1],
            "after_reseller": self._after[2],
            **self._shard,
        }
        claimed = await self._claimed(_CLAIM, parameters)
        last = _last_of_full([c for c in claimed if c.attempts == 1], limit) or _last_of_full(
            [c for c in claimed if c.attempts > 1], retries
        )
        if last:
            self._after = (last.pool, last.site, last.reseller_id)
        else:
            seen = await self._one(_NEXT_PAIR, parameters)
            self._after = (seen[0], seen[1], seen[2]) if seen else FIRST
        return claimed

    @property
    def has_seen_all(self) -> bool:
        """Whether the last claim reached the end of the list of pairs."""
        return self._after == FIRST

    async def leased_before(self) -> list[Claimed]:
        """What earlier owners of the shard had claimed and not finished."""
        return await self._claimed(_LEASED_BEFORE, {"epoch": self.epoch, **self._shard})

    async def hold(self, recipients: Collection[Claimed], *, seconds: float) -> set[UUID]:
        """Extend leases; the recipients that are still ours."""
        parameters = {"epoch": self.epoch, "seconds": seconds, **_keys(recipients), **self._shard}
        async with self.connection() as connection:
            cursor = await connection.execute(_HOLD, parameters)
            return {row[0] for row in await cursor.fetchall()}

    async def release(self, recipients: Collection[Claimed]) -> None:
        """Give leases back of recipients that nothing was sent to."""
        await self._run(_RELEASE, _keys(recipients))

    async def put_off(self, parameters: dict[str, object]) -> None:
        """Give leases back, uncounted, and let their pairs rest: `engine.returns`."""
        await self._run(_PUT_OFF, parameters)

    async def reap(self) -> int:
        """Make expired leases ready again; how many."""
        return await self._run(_REAP, {})

    async def heal_pairs(self) -> None:
        """Derive the shard's active pairs from its queue."""
        await self._run(_HEAL, self._shard)

    async def clear_pairs(self) -> None:
        """Drop pairs without queue rows."""
        await self._run(_CLEAR, self._shard)

    def connection(self) -> AbstractAsyncContextManager[AsyncConnection[TupleRow]]:
        """A connection out of the pool, as role delivery, in autocommit."""
        return self._pool.connection()

    async def _claimed(self, query: str, parameters: dict[str, object]) -> list[Claimed]:
        async with (
            self.connection() as connection,
            connection.cursor(row_factory=class_row(Claimed)) as cursor,
        ):
            await cursor.execute(query, parameters)
            return await cursor.fetchall()

    async def _one(self, query: str, parameters: dict[str, object]) -> TupleRow | None:
        async with self.connection() as connection:
            cursor = await connection.execute(query, parameters)
            return await cursor.fetchone()

    async def _run(self, query: str, parameters: dict[str, object]) -> int:
        async with self.connection() as connection:
            cursor = await connection.execute(query, parameters)
            return cursor.rowcount


def _last_of_full(claimed: list[Claimed], limit: int) -> Claimed | None:
    """Where a claim that took all it may has to go on."""
    return claimed[-1] if len(claimed) >= limit else None


def _keys(recipients: Iterable[Claimed]) -> dict[str, object]:
    found = list(recipients)
    return {
        "recipients": [claimed.recipient_id for claimed in found],
        "sequences": [claimed.lease_seq for claimed in found],
    }
