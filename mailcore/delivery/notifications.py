"""Notifications to senders, queued in the transaction of the results that they tell."""

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import TupleRow

from kernel import crypto, ids
from mailcore.delivery import bodies
from mailcore.delivery.accept import batch
from mailcore.delivery.accept.submission import Owner, Recipient, Stream, Submission
from mailcore.delivery.bodies import BodyMissing
from mailcore.delivery.keyring import KeyMissing, Keyring
from mailcore.delivery.outcomes import Result
from mailcore.protocol import dsn, xtext
from mailcore.protocol.reply_words import WORDS

log = logging.getLogger(__name__)

#: Where no server spoke (RFC 3463 §3.5).
_SILENCE = {"no-answer": "4.4.1", "bad-connection": "4.4.2", "dns-failure": "4.4.3"}


class Notifier:
    """Composes one notification per message and batch, and puts it into the queue."""

    def __init__(self, *, infra_domain: str, keyring: Keyring) -> None:
        self._domain = infra_domain
        self._keyring = keyring

    async def queue(
        self, results: Iterable[Result], *, connection: AsyncConnection[TupleRow], now: datetime
    ) -> int:
        """Notify the senders of `results` that have a notice; how many messages were queued."""
        by_message: dict[UUID, list[Result]] = defaultdict(list)
        for result in results:
            if result.notice is not None:
                by_message[result.tried.claimed.message_id].append(result)
        if not by_message:
            return 0
        known = await self._known(by_message.values(), connection)
        collected = batch.Batch(known)
        queued = 0
        for told in by_message.values():
            # A sender elsewhere gets none: a notification to a stranger would be backscatter.
            if batch.domain_of(told[0].tried.claimed.envelope_from) not in known.hosted:
                continue
            try:
                await self._add(collected, told, connection=connection, now=now)
                queued += 1
            except (BodyMissing, KeyMissing, crypto.DecryptionFailed):
                # The outcome stands all the same, and is told by its event.
                log.exception("no notification for %s", told[0].tried.claimed.message_id)
        if queued:
            await connection.execute(batch.ACCEPT, collected.parameters())
        return queued

    async def _known(
        self, groups: Iterable[Sequence[Result]], connection: AsyncConnection[TupleRow]
    ) -> batch.Known:
        asked = batch.questions(told[0].tried.claimed.envelope_from for told in groups)
        cursor = await connection.execute(batch.KNOWN, asked)
        return batch.Known.of(await cursor.fetchall())

    async def _add(
        self,
        collected: batch.Batch,
        told: Sequence[Result],
        *,
        connection: AsyncConnection[TupleRow],
        now: datetime,
    ) -> None:
        claimed = told[0].tried.claimed
        original, key_id = await bodies.read(
            claimed.message_id, connection=connection, keyring=self._keyring
        )
        owner = Owner(
            reseller_id=claimed.reseller_id,
            organisation_id=claimed.organisation_id,
            key_id=key_id,
            key=await self._keyring.key(key_id, connection=connection),
        )
        message_id = f"<{ids.uuid7()}@{self._domain}>"
        content = dsn.compose(self._notification(told, original, message_id, now))
        submission = Submission(
            stream=Stream.SYSTEM,
            envelope_from="",
            from_domain=self._domain,
            recipients=(Recipient(address=claimed.envelope_from),),
            message=content,
            message_id=message_id,
            is_smtputf8=claimed.is_smtputf8,
            accepted_at=now,
        )
        collected.add(submission, owner=owner)

    def _notification(
        self, told: Sequence[Result], original: bytes, message_id: str, now: datetime
    ) -> dsn.Notification:
        claimed = told[0].tried.claimed
        return dsn.Notification(
            sender=claimed.envelope_from,
            reporting_mta=self._domain,
            postmaster=f"MAILER-DAEMON@{self._domain}",
            message_id=message_id,
            boundary=f"=_{ids.uuid7().hex}",
            date=now,
            arrived=claimed.accepted_at,
            envelope_id=xtext.decode(claimed.dsn_envid or ""),
            ret=claimed.dsn_ret or "",
            is_utf8=claimed.is_smtputf8,
            original=original,
            recipients=[_status(result) for result in told],
        )


def _status(result: Result) -> dsn.RecipientStatus:
    claimed, answer = result.tried.claimed, result.tried.answer
    assert result.notice is not None
    return dsn.RecipientStatus(
        address=claimed.named,
        action=result.notice,
        status=_status_code(result),
        diagnostic=answer.text,
        explanation=WORDS[result.meaning.reason] if result.meaning else "",
        remote_mta=answer.mx,
        original_recipient=_original_recipient(claimed.dsn_orcpt),
        last_attempt=result.tried.ended_at,
        will_retry_until=claimed.expires_at if result.notice == "delayed" else None,
    )


def _status_code(result: Result) -> str:
    """The enhanced status code, made up where the server gave none (RFC 3464 §2.3.4)."""
    enhanced = result.tried.answer.enhanced
    if result.outcome == "expired":
        return enhanced if enhanced.startswith("4") else "4.4.7"
    if result.tried.answer.maybe_delivered:
        return "4.4.2"
    reason = result.meaning.reason if result.meaning else ""
    unsaid = {"delivered": "2.0.0", "bounced": "5.0.0"}
    return enhanced or unsaid.get(result.outcome) or _SILENCE.get(reason, "4.0.0")


def _original_recipient(orcpt: str | None) -> str:
    """`type;xtext` as the field shows it: `type; address` (RFC 3464 §2.3.1)."""
    kind, mark, encoded = (orcpt or "").partition(";")
    return f"{kind}; {xtext.decode(encoded)}" if mark else ""
