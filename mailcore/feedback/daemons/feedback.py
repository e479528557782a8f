"""The feedback daemon: LMTP on the addresses of return paths, complaints and reports.

Everything is taken, and what carries no token of ours or names no domain of ours is dropped:
Postfix has already answered the sender, so a refusal here would make it send a bounce to an
address that may be forged.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

import psycopg
from psycopg import AsyncConnection

from mailcore.delivery.mail_listener import MailListener
from mailcore.feedback import complaints, facts, late_bounces
from mailcore.feedback.reports import addresses, intake
from mailcore.protocol import arf
from mailcore.protocol.arf import FeedbackReport
from mailcore.protocol.dsn_reader import ReportedStatus
from mailcore.protocol.mail_dialects import Answer
from mailcore.protocol.mail_session import Limits, MailSession, Transaction

log = logging.getLogger(__name__)
_Found = TypeVar("_Found")

_OK = Answer(code=250, enhanced="2.0.0", text="Ok")
_LATER = Answer(code=451, enhanced="4.3.0", text="Storage is not available, try again later")
_LIMITS = Limits(size=20 * 1024**2, recipients=100)
_OPTIONS = "-c statement_timeout=20s -c application_name=livery-feedback"


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """What the daemon needs of the outside; `key` is the VERP key.

    `host` is also the name in whose authority our MX writes Authentication-Results (RFC 8601).
    """

    address: tuple[str, int]
    host: str
    dsn: str
    key: bytes
    reports_domain: str


async def serve(configuration: Configuration, *, stop: asyncio.Event) -> None:
    """Hear bounces until `stop` is set."""
    feedback = Feedback(configuration)
    listener = MailListener(
        session=lambda: MailSession(host=configuration.host, limits=_LIMITS),
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
        named = [recipient.address for recipient in transaction.recipients]
        reports = [address for address in named if self._takes_reports(address)]
        answers = dict.fromkeys(named, _OK)
        if reports:
            answers |= await self._take_reports(transaction, reports)
        others = [address for address in named if not self._takes_reports(address)]
        if others:
            answers |= await self._hear_all(transaction.message, others)
        return [answers[address] for address in named]

    async def close(self) -> None:
        """Give the database connection up."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    def _takes_reports(self, address: str) -> bool:
        return address.lower().endswith(f"@{self._configuration.reports_domain}")

    async def _hear_all(self, message: bytes, named: Sequence[str]) -> dict[str, Answer]:
        report, failure = await asyncio.to_thread(_read, message)
        if report is not None:
            return dict.fromkeys(named, await self._hear_complaint(report))
        return {address: await self._hear(address, failure) for address in named}

    async def _take_reports(
        self, transaction: Transaction, named: Sequence[str]
    ) -> dict[str, Answer]:
        parcel = await asyncio.to_thread(
            intake.examine, transaction, authority=self._configuration.host
        )
        return {address: await self._take_report(parcel, address) for address in named}

    async def _take_report(self, parcel: intake.Parcel, address: str) -> Answer:
        meant = addresses.meant_by(address, reports_domain=self._configuration.reports_domain)
        if meant is None:
            return self._drop("no domain's address for reports", address)
        kind, domain_id = meant
        try:
            kept = await self._in_database(
                lambda db: intake.keep(db, parcel, kind=kind, domain_id=domain_id)
            )
        except (psycopg.Error, TimeoutError) as error:
            log.warning("report to <%s> not kept: %s", address, error)
            await self.close()
            return _LATER
        if not kept:
            return self._drop(
                "enough reports today" if kept is False else "no such domain", address
            )
        log.info("report to <%s> by %s kept", address, parcel.sender or "a stranger")
        return _OK

    async def _hear(self, address: str, failure: ReportedStatus | None) -> Answer:
        recipient_id = facts.recipient_of(address, key=self._configuration.key)
        if recipient_id is None or failure is None:
            what = "no token of ours" if recipient_id is None else "no failure reported"
            return self._drop(what, address)
        return await self._keep(
            late_bounces.KIND, recipient_id=recipient_id, data=late_bounces.data_of(failure)
        )

    async def _hear_complaint(self, report: FeedbackReport) -> Answer:
        recipient_id = complaints.recipient_of(report, key=self._configuration.key)
        if recipient_id is None:
            return self._drop("report without a token of ours", report.feedback_type)
        return await self._keep(
            complaints.KIND, recipient_id=recipient_id, data=complaints.data_of(report)
        )

    def _drop(self, what: str, about: str) -> Answer:
        self.dropped += 1
        log.info("dropped (%d so far), %s: <%s>", self.dropped, what, about)
        return _OK

    async def _keep(self, kind: str, *, recipient_id: UUID, data: dict[str, str]) -> Answer:
        try:
            new = await self._in_database(
                lambda db: facts.record(db, kind=kind, recipient_id=recipient_id, data=data)
            )
        except (psycopg.Error, TimeoutError) as error:
            log.warning("%s of %s not recorded: %s", kind, recipient_id, error)
            await self.close()
            return _LATER
        what = "new" if new else "known or without recipient"
        log.info("%s of %s: %s (%s)", kind, recipient_id, data, what)
        return _OK

    async def _in_database(self, do: Callable[[AsyncConnection], Awaitable[_Found]]) -> _Found:
        """Raises psycopg.Error and TimeoutError."""
        async with self._lock, asyncio.timeout(30):
            if self._connection is None or self._connection.closed:
                self._connection = await AsyncConnection.connect(
                    self._configuration.dsn, autocommit=True, options=_OPTIONS
                )
            return await do(self._connection)


def _read(message: bytes) -> tuple[FeedbackReport | None, ReportedStatus | None]:
    """The complaint or the failure in a message: large ones take a while, so on a thread."""
    report = arf.report_in(message)
    return report, None if report is not None else late_bounces.failure_in(message)
