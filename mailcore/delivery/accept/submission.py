"""What acceptance takes: a message that is ready to be stored, its envelope and its owner."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.conf import settings

from kernel import clock, ids
from mailcore.protocol import dkim


class Stream(StrEnum):
    """Kinds of mail that are queued, retried and counted apart."""

    MAILBOX = "mailbox"
    TRANSACTIONAL = "transactional"
    BULK = "bulk"
    SYSTEM = "system"


#: Stream → place in the queue, and how long delivery is tried.
PRIORITY = {Stream.SYSTEM: 0, Stream.MAILBOX: 1, Stream.TRANSACTIONAL: 2, Stream.BULK: 3}
LIFETIME = {
    Stream.MAILBOX: timedelta(days=5),
    Stream.TRANSACTIONAL: timedelta(days=3),
    Stream.BULK: timedelta(hours=72),
    Stream.SYSTEM: timedelta(hours=48),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Whose mail it is, and the reseller's current key (32 bytes) that seals it.

    What a mailbox sends is counted and limited by day; without `mailbox_id` nothing is.
    """

    reseller_id: UUID
    organisation_id: UUID | None
    key_id: UUID
    key: bytes = field(repr=False)
    mailbox_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a recipient gets no mail for good: what an SMTP reply would say, without its code."""

    code: int
    enhanced: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """One recipient; NOTIFY and ORCPT as given (RFC 3461, xtext) or None.

    With a refusal it is accepted and ends at once as bounced, and the sender is told.
    """

    address: str
    notify: str | None = None
    orcpt: str | None = None
    refusal: Refusal | None = None
    id: UUID = field(default_factory=ids.uuid7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A message for acceptance: CRLF lines, complete header; `envelope_from` '' is `<>`.

    `dsn_ret` and `dsn_envid` are as given (RFC 3461, xtext). `require_tls` (RFC 8689): True is
    REQUIRETLS, False is `TLS-Required: No`, None leaves it to the recipients' policies.
    `body_hash` is `dkim.body_hash` of the message, made at acceptance when it is empty.
    """

    stream: Stream
    envelope_from: str
    from_domain: str
    recipients: tuple[Recipient, ...]
    message: bytes
    message_id: str = ""
    submitter: str = ""
    is_smtputf8: bool = False
    dsn_ret: str | None = None
    dsn_envid: str | None = None
    require_tls: bool | None = None
    body_hash: bytes = b""
    id: UUID = field(default_factory=ids.uuid7)
    accepted_at: datetime = field(default_factory=clock.now)

    @property
    def expires_at(self) -> datetime:
        """When delivery is given up."""
        return self.accepted_at + LIFETIME[self.stream] * settings.DELAY_SCALE

    def with_message(self, message: bytes, message_id: str) -> "Submission":
        """The same with its final message, that one's hash, and Message-ID."""
        hashed = dkim.body_hash(message)
        return replace(self, message=message, message_id=message_id, body_hash=hashed)

    def refusing(self, refusal: Refusal, *, addresses: Collection[str]) -> "Submission":
        """The same with those recipients refused."""
        recipients = tuple(
            replace(r, refusal=refusal) if r.address in addresses else r for r in self.recipients
        )
        return replace(self, recipients=recipients)
