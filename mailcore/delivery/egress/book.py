"""The sources of an egress process: read from the database every few seconds, chosen in memory."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime

import psycopg
from psycopg import AsyncConnection
from psycopg.rows import TupleRow, class_row
from psycopg_pool import AsyncConnectionPool

from kernel import clock
from mailcore.delivery.egress.choice import Chooser, IsShunned
from mailcore.delivery.egress.counting import counts_of
from mailcore.delivery.egress.members import Book, Member
from mailcore.delivery.egress.tally import Batch, Tally
from mailcore.delivery.egress.warmup import WARM, cap_of, group_of
from mailcore.delivery.ports import Elsewhere, Errand, Source, Wait
from mailcore.delivery.smtp.envelope import Answer
from mailcore.delivery.statements import statement

log = logging.getLogger(__name__)

_ENSURE, _MEMBERS = statement("egress_ensure"), statement("egress_members")
_STEPS, _COUNT = statement("egress_steps"), statement("egress_count")

#: Seconds between two looks; what is counted meanwhile is lost with a process that is killed.
REFRESH = 5.0
NOT_READ_YET = Wait(seconds=1.0, reason="the pools were not read yet")


def _never(_errand: Errand, _address: str) -> bool:
    return False


class EgressBook:
    """Chooses sources (ports.Sources); `run` keeps it true, `close` writes what is left."""

    def __init__(
        self,
        pool: AsyncConnectionPool[AsyncConnection[TupleRow]],
        *,
        node: str,
        named: dict[str, str],
        is_shunned: IsShunned = _never,
    ) -> None:
        """`named`: address → EHLO name out of the settings; `is_shunned` speaks for the shaper."""
        self._pool = pool
        self._node = node
        self._named = named
        self._is_shunned = is_shunned
        self._tally = Tally()
        self._chooser: Chooser | None = None
        self._is_ensured = False

    def choose(self, errand: Errand, *, now: datetime) -> Source | Elsewhere | Wait:
        """The source for this errand; its recipients count as sent until `tried` says otherwise."""
        if self._chooser is None:
            return NOT_READ_YET
        choice = self._chooser.choose(errand, now=now)
        if isinstance(choice, Wait | Elsewhere):
            return choice
        if choice.cap is not None:
            place = (choice.member.address, choice.group)
            self._tally.promise(place, cap=choice.cap, recipients=errand.recipients, now=now)
        return Source(address=choice.member.address, ehlo=choice.member.ehlo)

    def tried(self, errand: Errand, *, source: Source, answers: Sequence[Answer]) -> None:
        """What came of it; without answers nothing was sent, and the promise is given back."""
        place = (source.address, group_of(errand.provider))
        self._tally.settle(
            place,
            recipients=errand.recipients,
            counts=counts_of(answers, provider=errand.provider),
            cap=self._cap(place),
            now=clock.now(),
        )

    async def run(self) -> None:
        """Read and write until cancelled; without the database the last book holds."""
        is_away = False
        while True:
            try:
                await self.refresh()
            except psycopg.Error as error:
                if not is_away:
                    log.warning("pools and counts stay as they are: %s", error)
                is_away = True
            else:
                is_away = False
            await asyncio.sleep(1.0 if is_away else REFRESH)

    async def refresh(self) -> None:
        """Write the counts and read the book; raises psycopg's errors."""
        async with self._pool.connection() as connection:
            if not self._is_ensured:
                await self._ensure(connection)
            await self._write(connection)
            await self._read(connection)

    async def close(self) -> None:
        """Write the counts a last time."""
        try:
            async with self._pool.connection(timeout=5) as connection:
                await self._write(connection)
        except psycopg.Error as error:
            log.warning("the last counts of sources are lost: %s", error)

    async def _ensure(self, connection: AsyncConnection[TupleRow]) -> None:
        parameters = {
            "addresses": list(self._named),
            "names": list(self._named.values()),
            "node": self._node,
        }
        await connection.execute(_ENSURE, parameters)
        self._is_ensured = True

    async def _write(self, connection: AsyncConnection[TupleRow]) -> None:
        batch = self._tally.take_batch()
        if batch:
            await connection.execute(_COUNT, _columns(batch))
            self._tally.written()

    async def _read(self, connection: AsyncConnection[TupleRow]) -> None:
        day = clock.now().date()
        pools: dict[str, list[Member]] = {}
        async with connection.cursor(row_factory=class_row(Member)) as cursor:
            async for member in await cursor.execute(_MEMBERS, {"node": self._node}):
                pools.setdefault(member.pool, []).append(member)
        rows = await (await connection.execute(_STEPS, {"day": day})).fetchall()
        steps = {(address, group): step for address, group, step, _ in rows if step}
        sent = {(address, group): sent for address, group, _, sent in rows if sent}
        self._tally.learn(sent, day=day)
        book = Book(pools=pools, steps=steps)
        self._chooser = Chooser(
            book=book, tally=self._tally, is_shunned=self._is_shunned, node=self._node
        )

    def _cap(self, place: tuple[str, str]) -> int | None:
        steps = self._chooser.book.steps if self._chooser else {}
        return cap_of(steps.get(place, WARM), group=place[1])


def _columns(batch: Batch) -> dict[str, object]:
    keys, counts = list(batch), list(batch.values())
    return {
        "addresses": [place[0] for place, _ in keys],
        "groups": [place[1] for place, _ in keys],
        "days": [day for _, day in keys],
        "sent": [one.sent for one in counts],
        "deferred": [one.deferred for one in counts],
        "hard": [one.hard for one in counts],
        "blocked": [one.blocked for one in counts],
        "overflow": [one.overflow for one in counts],
    }
