"""The feedback daemon: LMTP on the addresses that our return paths name.

Everything is taken, and what carries no token of ours is dropped: Postfix has already answered
the sender, so a refusal here would make it send a bounce to an address that may be forged.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import psycopg
from psycopg import AsyncConnection

from mailcore.delivery.lmtp_listener import LmtpListener
from mailcore.feedback import late_bounces
from mailcore.protocol.dsn_reader import ReportedStatus
from mailcore.protocol.lmtp import Answer, Limits, LmtpSession, Transaction

log = logging.getLogger(__name__)

_OK = Answer(code=250, enhanced="2.0.0", text="Ok")
_LATER = Answer(code=451, enhanced="4.3.0", text="Storage is not available, try again later")
_LIMITS = Limits(size=20 * 1024**2, recipients=100)
_OPTIONS = "-c statement_timeout=20s -c application_name=livery-feedback"


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """What the daemon needs of the outside; `key` is the VERP key."""

    address: tuple[str, int]
    host: str
    dsn: str
    key: bytes


async def serve(configuration: Configuration, *, stop: asyncio.Event) -> None:
    """Hear bounces until `stop` is set."""
    feedback = Feedback(configuration)
    listener = LmtpListener(
        session=lambda: LmtpSession(host=configuration.host, limits=_LIMITS),
        deliver=feedback.deliver,
    )
    try:
        await listener.serve(address=configuration.address, stop=stop)
    finally:
        await feedback.close()


class Feedback:
    """One message in; 250 when its fact is committed or there is none, 451 without database."""

    def __init__(self, configuration: Configuration) -> None:
        self._configuration = configuration
        self._connection: AsyncConnection | None = None
        self._lock = asyncio.Lock()
        self.dropped = 0

    async def deliver(self, transaction: Transaction) -> Sequence[Answer]:
        """One answer per recipient."""
        failure = await asyncio.to_thread(late_bounces.failure_in, transaction.message)
        return [await self._hear(r.address, failure) for r in transaction.recipients]

    async def close(self) -> None:
        """Give the database connection up."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    async def _hear(self, address: str, failure: ReportedStatus | None) -> Answer:
        recipient_id = late_bounces.recipient_of(address, key=self._configuration.key)
        if recipient_id is None or failure is None:
            self.dropped += 1
            what = "no token of ours" if recipient_id is None else "no failure reported"
            log.info("dropped (%d so far), %s: <%s>", self.dropped, what, address)
            return _OK
        try:
            await self._record(recipient_id, failure)
        except (psycopg.Error, TimeoutError) as error:
            log.warning("bounce of %s not recorded: %s", recipient_id, error)
            await self.close()
            return _LATER
        return _OK

    async def _record(self, recipient_id: UUID, failure: ReportedStatus) -> None:
        async with self._lock, asyncio.timeout(30):
            if self._connection is None or self._connection.closed:
                self._connection = await AsyncConnection.connect(
                    self._configuration.dsn, autocommit=True, options=_OPTIONS
                )
            new = await late_bounces.record(
                self._connection, recipient_id=recipient_id, failure=failure
            )
        log.info("late bounce of %s: %s (%s)", recipient_id, failure.status,
                 "new" if new else "known or without recipient")  # fmt: skip
