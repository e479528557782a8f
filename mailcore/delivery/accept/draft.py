"""From what the session brought to a submission that only lacks its owner: pure, no database."""

from dataclasses import dataclass
from email.utils import format_datetime

from mailcore.delivery.accept import submitted
from mailcore.delivery.accept.batch import domain_of, with_stored_domain
from mailcore.delivery.accept.submission import Recipient, Stream, Submission
from mailcore.protocol import headers, requiretls, sender_rule
from mailcore.protocol.headers import Field
from mailcore.protocol.mail_session import Transaction
from mailcore.protocol.smtp_arguments import EnvelopeRecipient


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A submission and the login that the sender policy vouched for; its other names are in doubt."""

    login: str
    submission: Submission
    other_names: frozenset[str] = frozenset()


def draft_of(transaction: Transaction, *, key: bytes, infra_domain: str) -> Draft:
    """Check identity and header, complete the message; raises NotAccepted."""
    sender = transaction.mail.sender
    found = submitted.read(transaction.message, key=key, envelope_from=sender)
    from_value = headers.values_of(found.fields, "from")[0]
    addresses = sender_rule.addresses_in(from_value)
    assert addresses
    recipients: dict[str, EnvelopeRecipient] = {}
    for r in transaction.recipients:  # one address in two spellings gets one copy
        recipients.setdefault(with_stored_domain(r.address), r)
    submission = Submission(
        stream=Stream.MAILBOX,
        submitter=found.login,
        envelope_from=sender,
        from_domain=domain_of(addresses[0]),
        recipients=tuple(
            Recipient(address=r.address, notify=r.notify, orcpt=r.orcpt)
            for r in recipients.values()
        ),
        message=b"",
        is_smtputf8=transaction.mail.is_smtputf8,
        dsn_ret=transaction.mail.ret,
        dsn_envid=transaction.mail.envid,
        require_tls=requiretls.wish_of(transaction.mail.requires_tls, found.fields),
    )
    completed = complete(submission, found.fields, found.rest, domain=infra_domain)
    return Draft(login=found.login, submission=completed, other_names=found.other_names)


def complete(
    submission: Submission, fields: list[Field], rest: bytes, *, domain: str
) -> Submission:
    """Put the message together: a trace field on top, Date and Message-ID where they lack."""
    at = format_datetime(submission.accepted_at)
    trace = headers.make("Received", f"by {domain} with ESMTP id {submission.id.hex}; {at}")
    kept, added = fields, []
    if not headers.values_of(kept, "date"):
        added.append(headers.make("Date", at))
    message_id = next(iter(headers.values_of(kept, "message-id")), "")
    if not message_id:
        kept = [field for field in kept if field.name != "message-id"]
        message_id = f"<{submission.id.hex}@{domain}>"
        added.append(headers.make("Message-ID", message_id))
    return submission.with_message(headers.join([trace, *kept, *added], rest), message_id)
