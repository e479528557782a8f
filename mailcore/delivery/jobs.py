"""Claimed recipients, and the jobs they make: one message to one site."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A recipient under a lease of this process, with what is needed of its message.

    `address` is where it goes, `named` what the sender wrote: an alias has both.
    """

    recipient_id: UUID
    message_id: UUID
    reseller_id: UUID
    pool: str
    site: str
    prio: int
    lease_seq: int
    lease_by: int
    attempts: int
    maybe_delivered: int
    expires_at: datetime
    delay_notified: bool
    passed_at: datetime | None
    address: str
    named: str
    domain: str
    dsn_notify: str | None
    dsn_orcpt: str | None
    organisation_id: UUID | None
    stream: str
    submitter: str
    envelope_from: str
    from_domain: str
    size: int
    is_smtputf8: bool
    is_8bit: bool
    dsn_ret: str | None
    dsn_envid: str | None
    require_tls: bool | None
    body_hash: bytes | None
    accepted_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Recipients of one message at one site: one mail transaction."""

    site: str
    recipients: Sequence[Claimed]

    @property
    def message(self) -> Claimed:
        """Any of the recipients: what it says of the message holds for all."""
        return self.recipients[0]


#: RFC 5321 §4.5.3.1.10 has every server take 100.
MAX_RECIPIENTS = 100


def group(claimed: Iterable[Claimed]) -> list[Job]:
    """Jobs in the order in which their first recipient was claimed."""
    together: dict[tuple[str, UUID], list[Claimed]] = {}
    for recipient in claimed:
        together.setdefault((recipient.site, recipient.message_id), []).append(recipient)
    return [
        Job(site=site, recipients=tuple(recipients[at : at + MAX_RECIPIENTS]))
        for (site, _), recipients in together.items()
        for at in range(0, len(recipients), MAX_RECIPIENTS)
    ]
