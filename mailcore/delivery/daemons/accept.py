"""The accept daemon: mail from Postfix's submission in, rows out; it needs only PostgreSQL.

Postfix asks it at MAIL who may name the sender (`sender_policy`), and hands the message on by ESMTP
while its client waits. The door for LMTP asks for the same identity.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field

from mailcore.delivery.accept.draft import Draft, draft_of
from mailcore.delivery.accept.errors import NotAccepted
from mailcore.delivery.accept.other_names import OtherNames
from mailcore.delivery.accept.store import Store
from mailcore.delivery.accept.wake import Waker
from mailcore.delivery.accept.writer import GroupWriter
from mailcore.delivery.daemons import sender_policy
from mailcore.delivery.mail_listener import Deliver, MailListener
from mailcore.delivery.reporting import exposition
from mailcore.delivery.reporting.acceptance import AcceptMetrics
from mailcore.protocol.mail_dialects import ESMTP, LMTP, Answer, Dialect
from mailcore.protocol.mail_session import Limits, MailSession, Transaction

log = logging.getLogger(__name__)

#: From this size on (bytes) a message is worked on in a thread, so that the others go on.
_LARGE = 256 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """What the daemon needs of the outside."""

    #: Where it listens: LMTP, ESMTP, and the sender policy.
    lmtp: tuple[str, int]
    esmtp: tuple[str, int]
    policy: tuple[str, int]
    host: str
    infra_domain: str
    dsn: str
    redis_url: str
    node: str
    identity_key: bytes
    master_key: bytes
    limits: Limits = field(default_factory=Limits)
    #: Where figures are read; None: nowhere.
    metrics: tuple[str, int] | None = None


async def serve(configuration: Configuration, *, stop: asyncio.Event) -> None:
    """Accept mail until `stop` is set; transactions in progress are still stored."""
    waker = Waker(url=configuration.redis_url, node=configuration.node)
    writer = GroupWriter(
        store=lambda: Store(dsn=configuration.dsn, master=configuration.master_key),
        committed=waker.ring,
    )
    acceptance = Acceptance(configuration, writer=writer)
    metrics = AcceptMetrics()
    deliver = metrics.watched(acceptance.deliver)
    writing, waking = asyncio.create_task(writer.run()), asyncio.create_task(waker.run())
    for task in (writing, waking):
        task.add_done_callback(lambda _: stop.set())  # without one of them the daemon must end
    showing = asyncio.create_task(_show(configuration.metrics, metrics))
    async with asyncio.TaskGroup() as doors:
        for address, dialect in ((configuration.lmtp, LMTP), (configuration.esmtp, ESMTP)):
            listener = _listener(configuration, dialect, deliver)
            doors.create_task(listener.serve(address=address, stop=stop))
        doors.create_task(
            sender_policy.serve(
                address=configuration.policy,
                key=configuration.identity_key,
                names=OtherNames(dsn=configuration.dsn),
                stop=stop,
            )
        )
    showing.cancel()
    writing.cancel()
    waker.end()
    await asyncio.wait((writing, waking), timeout=10)


def _listener(configuration: Configuration, dialect: Dialect, deliver: Deliver) -> MailListener:
    return MailListener(
        session=lambda: MailSession(
            # Heard on this machine's own addresses only, which stand for the proven line.
            host=configuration.host,
            limits=configuration.limits,
            dialect=dialect,
            offers_requiretls=True,
        ),
        deliver=deliver,
    )


async def _show(listen: tuple[str, int] | None, metrics: AcceptMetrics) -> None:
    if listen is not None:
        await exposition.serve(listen, render=metrics.render)


class Acceptance:
    """One transaction in, one answer per recipient out: 250 after the commit, or why not."""

    def __init__(self, configuration: Configuration, *, writer: GroupWriter) -> None:
        self._configuration, self._writer = configuration, writer

    async def deliver(self, transaction: Transaction) -> Sequence[Answer]:
        """The answers; every recipient shares the message's fate."""
        try:
            draft = await self._draft(transaction)
            await self._writer.write(draft)
        except NotAccepted as refused:
            log.warning("not accepted from <%s>: %s", transaction.mail.sender, refused)
            answer = refused.answer
        else:
            answer = Answer(code=250, enhanced="2.0.0", text=f"Ok {draft.submission.id}")
        return [answer] * len(transaction.recipients)

    async def _draft(self, transaction: Transaction) -> Draft:
        key, domain = self._configuration.identity_key, self._configuration.infra_domain
        if len(transaction.message) < _LARGE:
            return draft_of(transaction, key=key, infra_domain=domain)
        return await asyncio.to_thread(draft_of, transaction, key=key, infra_domain=domain)
