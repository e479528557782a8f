"""The engine's statements: claim, hold, release, and the sweeps over a shard."""

import logging
from collections.abc import Collection, Iterable
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import TupleRow, dict_row
from psycopg_pool import AsyncConnectionPool

from kernel import clock
from mailcore.delivery.egress_settings import EgressSettings
from mailcore.delivery.engine.description import DESCRIBE, joined, wanted
from mailcore.delivery.jobs import Claimed
from mailcore.delivery.statements import PLANNED_ONCE, PLANNED_WITH_BOUNDS, statement

log = logging.getLogger(__name__)

_TAKE, _HEARTBEAT = statement("take_shard"), statement("heartbeat")
_CLAIM, _NEXT_PAIR = statement("claim"), statement("next_pair")
_LEASED_BEFORE = statement("leased_before")
_HOLD, _REAP, _RECOVER = statement("hold"), statement("reap"), statement("recover")
_END_HOLDS, _CLAIM_EXPIRED = statement("end_holds"), statement("claim_expired")
_HOLD_OVERDUE, _REHOME = statement("hold_overdue"), statement("rehome")
_STALE_SHARDS = statement("stale_shards")
_PUT_OFF, _STRAYS = statement("put_off"), statement("release_strays")
_HEAL, _CLEAR = statement("heal_pairs"), statement("clear_pairs")

#: Pairs that one claim looks at; the next goes on after them.
PAIRS = 256
#: Of a claim, one part of so many is for retries, beside the first tries.
RETRY_SHARE = 4
FIRST = ("", "", UUID(int=0))
#: A recipient whose session its process did not survive so often is held as poison.
MOST_LOSSES = 3
#: Seconds over which those come back that were lost twice, so that each is alone the third time.
SPREAD = 60.0

Pool = AsyncConnectionPool[AsyncConnection[TupleRow]]


def open_pool(dsn: str, *, name: str, size: int) -> Pool:
    """A pool that is opened later, in the loop that uses it."""
    options = {
        "autocommit": True,
        "options": f"{PLANNED_ONCE} -c statement_timeout=30s -c application_name=livery-{name}",
        "prepare_threshold": 0,
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
        """Say that we live, and set our clock by the answer; False when the shard has another owner."""
        row = await self._one(_HEARTBEAT, {"epoch": self.epoch, **self._shard})
        if row:
            clock.follow(row[0])
        return row is not None

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

    async def hold(
        self, recipients: Collection[Claimed], *, seconds: float, in_session: bool = False
    ) -> set[UUID]:
        """Extend leases; the recipients that are still ours. `in_session`: and are sent now."""
        parameters = {
            "epoch": self.epoch,
            "seconds": seconds,
            "in_session": in_session,
            **_keys(recipients),
            **self._shard,
        }
        async with self.connection() as connection:
            cursor = await connection.execute(_HOLD, parameters)
            return {row[0] for row in await cursor.fetchall()}

    async def recover(self, recipients: Collection[Claimed]) -> None:
        """Give back what an earlier process of the shard had, and did not send."""
        await self._return(_RECOVER, _keys(recipients))

    async def put_off(self, parameters: dict[str, object]) -> None:
        """Give leases back, uncounted, and let their pairs rest: `engine.returns`."""
        await self._run(_PUT_OFF, parameters)

    async def reap(self) -> int:
        """Make expired leases of any shard ready again; how many."""
        return await self._return(_REAP, {})

    async def end_holds(self, *, now: datetime) -> int:
        """Release what was held until now; how many."""
        return await self._run(_END_HOLDS, {"now": now})

    async def claim_expired(self, *, now: datetime) -> list[Claimed]:
        """Held recipients whose time is up, under a lease, to be ended without a try."""
        lease = self._settings.waiting_lease
        return await self._claimed(
            _CLAIM_EXPIRED, {"epoch": self.epoch, "now": now, "lease": lease, **self._shard}
        )

    async def hold_overdue(self, *, before: datetime) -> int:
        """Hold what waited in vain until its time was up, so that it ends; how many."""
        return await self._run(_HOLD_OVERDUE, {"before": before, **self._shard})

    async def rehome(self) -> None:
        """Move rows of any shard to the node and shard where they belong now."""
        await self._run(_REHOME, {})

    async def release_strays(self, known: Collection[UUID]) -> int:
        """Give back what an unheard claim leased for us; all under way is `known`. How many."""
        parameters = {"known": list(known), "epoch": self.epoch, **self._shard}
        return await self._run(_STRAYS, parameters)

    async def heal_pairs(self) -> None:
        """Derive the active pairs from the queue: of this shard, and of those that nobody runs."""
        async with self.connection() as connection:
            stale = await (await connection.execute(_STALE_SHARDS, self._shard)).fetchall()
            for shard in [self._shard, *({"node": node, "shard": n} for node, n in stale)]:
                await connection.execute(_HEAL, shard)

    async def clear_pairs(self) -> None:
        """Drop pairs without queue rows."""
        await self._run(_CLEAR, self._shard)

    def connection(self) -> AbstractAsyncContextManager[AsyncConnection[TupleRow]]:
        """A connection out of the pool, as role delivery, in autocommit."""
        return self._pool.connection()

    async def _return(self, query: str, parameters: dict[str, object]) -> int:
        """Run a statement that gives lost rows back, and say which of them are poison."""
        lost = {"losses": MOST_LOSSES, "spread": SPREAD * self._settings.delay_scale}
        async with self.connection() as connection:
            returned = await (await connection.execute(query, parameters | lost)).fetchall()
        for recipient_id, held_reason in returned:
            if held_reason == "poison":
                log.error("%s is held: no process survived its session", recipient_id)
        return len(returned)

    async def _claimed(self, query: str, parameters: dict[str, object]) -> list[Claimed]:
        async with (
            self.connection() as connection,
            connection.cursor(row_factory=dict_row) as cursor,
        ):
            await cursor.execute(query, parameters)
            leased = await cursor.fetchall()
            if not leased:
                return []
            async with connection.transaction():
                await cursor.execute(PLANNED_WITH_BOUNDS)
                await cursor.execute(DESCRIBE, wanted(leased))
                return joined(leased, await cursor.fetchall())

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
