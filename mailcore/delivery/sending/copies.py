"""From a posting to submissions: one for each recipient, so that each has its own return path."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from email.utils import format_datetime
from uuid import UUID

from kernel import clock, ids
from kernel.actor import Actor
from kernel.tenancy import current_reseller_id
from mailcore.delivery.accept.submission import Recipient, Stream, Submission
from mailcore.delivery.sending.posting import Posting
from mailcore.delivery.sending.senders import Senders
from mailcore.delivery.streams.bulk import Preparation
from mailcore.protocol import dkim, headers, mime, xtext


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """The copies of one posting, and the organisation that its From domain belongs to."""

    reference: str
    organisation_id: UUID | None
    submissions: Sequence[Submission]


class Copier:
    """Makes the copies of a request's postings; what all of them need is looked up once."""

    def __init__(self, domains: Collection[str], *, actor: Actor) -> None:
        self._senders = Senders(domains, actor=actor)
        self._bulk = Preparation(reseller_id=current_reseller_id())

    def make(self, posting: Posting) -> Made:
        """Raises SenderRefused, DomainNotVerified, SendingHeld, and what `Preparation.prepare` raises."""
        organisation_id = self._senders.organisation_of(posting.from_domain)
        if posting.stream is Stream.BULK:
            submissions = [self._bulk.prepare(one) for one in _copies(posting)]
        else:
            submissions = [self._addressed(one) for one in _copies(_dated(posting))]
        return Made(
            reference=posting.reference,
            organisation_id=organisation_id,
            submissions=submissions,
        )

    def _addressed(self, submission: Submission) -> Submission:
        (recipient,) = submission.recipients
        path = self._senders.return_path(recipient.id, domain=submission.from_domain)
        return replace(submission, envelope_from=path)


def _copies(posting: Posting) -> list[Submission]:
    body_hash = dkim.body_hash(posting.rest)  # the same for all: it leaves the header out
    message = headers.join(posting.fields, posting.rest)
    message_id = next(iter(headers.values_of(posting.fields, "message-id")), "")
    return [
        Submission(
            stream=posting.stream,
            envelope_from="",
            from_domain=posting.from_domain,
            recipients=(Recipient(address=address),),
            message=_to(address) + message if posting.is_individual else message,
            message_id=message_id,
            is_smtputf8=posting.is_utf8,
            dsn_envid=xtext.encode(posting.reference) or None,
            require_tls=posting.require_tls,
            body_hash=body_hash,
        )
        for address in posting.recipients
    ]


def _to(address: str) -> bytes:
    return mime.address_field("To", [("", address)]).raw


def _dated(posting: Posting) -> Posting:
    """With Date and Message-ID; all copies of a message share them."""
    added = []
    if not headers.values_of(posting.fields, "date"):
        added.append(headers.make("Date", format_datetime(clock.now())))
    if not headers.values_of(posting.fields, "message-id"):
        message_id = f"<{ids.uuid7().hex}@{posting.from_domain}>"
        added.append(headers.make("Message-ID", message_id))
    return replace(posting, fields=[*added, *posting.fields])
