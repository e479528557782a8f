"""From what LMTP brought to a submission that only lacks its owner: pure, no database."""

from dataclasses import dataclass
from email.utils import format_datetime

from kernel import clock
from mailcore.delivery.accept.batch import domain_of
from mailcore.delivery.accept.errors import NotAccepted
from mailcore.delivery.accept.submission import Recipient, Stream, Submission
from mailcore.protocol import headers, identity, line_ends, sender_rule
from mailcore.protocol.headers import Field
from mailcore.protocol.lmtp import Transaction

#: RFC 5321 §6.3. The milter answers 550 5.4.6 in session; this is the second line behind it.
MAX_HOPS = 50
_MAX_FIELDS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A submission and the login that the milter vouched for."""

    login: str
    submission: Submission


def draft_of(transaction: Transaction, *, key: bytes, infra_domain: str) -> Draft:
    """Check the identity header, take it out, complete the message; raises NotAccepted."""
    fields, rest = headers.split(line_ends.clean(transaction.message))
    if len(fields) > _MAX_FIELDS:
        raise NotAccepted("4.3.4", "More header fields than this system takes")
    sender = transaction.mail.sender
    login = _login(fields, key=key, envelope_from=sender)
    from_values = headers.values_of(fields, "from")
    fault = sender_rule.fault_of(login=login, envelope_from=sender, from_values=from_values)
    if fault is not None:
        raise NotAccepted("4.7.1", fault)
    if len(headers.values_of(fields, "received")) > MAX_HOPS:
        raise NotAccepted("4.4.6", "Too many Received fields: mail loop")
    addresses = sender_rule.addresses_in(from_values[0])
    assert addresses
    recipients = {r.address: r for r in transaction.recipients}.values()
    submission = Submission(
        stream=Stream.MAILBOX,
        submitter=login,
        envelope_from=sender,
        from_domain=domain_of(addresses[0]),
        recipients=tuple(
            Recipient(address=r.address, notify=r.notify, orcpt=r.orcpt) for r in recipients
        ),
        message=b"",
        is_smtputf8=transaction.mail.is_smtputf8,
        dsn_ret=transaction.mail.ret,
        dsn_envid=transaction.mail.envid,
    )
    return Draft(login=login, submission=complete(submission, fields, rest, domain=infra_domain))


def complete(
    submission: Submission, fields: list[Field], rest: bytes, *, domain: str
) -> Submission:
    """Put the message together: a trace field on top, Date and Message-ID where they lack."""
    at = format_datetime(submission.accepted_at)
    kept = [field for field in fields if not field.name.startswith(identity.PREFIX)]
    trace = headers.make("Received", f"by {domain} with LMTP id {submission.id.hex}; {at}")
    added = []
    if not headers.values_of(kept, "date"):
        added.append(headers.make("Date", at))
    message_id = next(iter(headers.values_of(kept, "message-id")), "")
    if not message_id:
        kept = [field for field in kept if field.name != "message-id"]
        message_id = f"<{submission.id.hex}@{domain}>"
        added.append(headers.make("Message-ID", message_id))
    return submission.with_message(headers.join([trace, *kept, *added], rest), message_id)


def _login(fields: list[Field], *, key: bytes, envelope_from: str) -> str:
    """The login of the first identity field; whatever stands below it is not ours."""
    values = headers.values_of(fields, identity.HEADER)
    if not values:
        raise NotAccepted("4.7.0", "Message carries no identity of the submission service")
    now = int(clock.now().timestamp())
    try:
        return identity.check(values[0], key=key, envelope_from=envelope_from, now=now).login
    except identity.IdentityRefused as refused:
        raise NotAccepted("4.7.0", f"Identity of the submission refused: {refused}") from refused
