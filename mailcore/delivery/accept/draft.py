"""From what LMTP brought to a submission that only lacks its owner: pure, no database."""

from dataclasses import dataclass
from email.utils import format_datetime

from kernel import clock
from mailcore.delivery.accept.batch import domain_of, with_stored_domain
from mailcore.delivery.accept.errors import NotAccepted
from mailcore.delivery.accept.submission import Recipient, Refusal, Stream, Submission
from mailcore.protocol import headers, identity, line_ends, sender_rule
from mailcore.protocol.bounds import MAX_FIELDS, MAX_HOPS
from mailcore.protocol.headers import Field
from mailcore.protocol.lmtp import Transaction
from mailcore.protocol.smtp_arguments import EnvelopeRecipient

#: Fields that Postfix and the milter put on top of what the milter was shown.
_ADDED = 5
_LOOP = Refusal(code=554, enhanced="5.4.6", text="Too many Received fields: mail loop")
_TOO_MUCH = Refusal(
    code=552, enhanced="5.3.4", text="The header has more fields than this system takes"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A submission and the login that the milter vouched for."""

    login: str
    submission: Submission


def draft_of(transaction: Transaction, *, key: bytes, infra_domain: str) -> Draft:
    """Check the identity header, take it out, complete the message; raises NotAccepted."""
    fields, rest = headers.split(line_ends.clean(transaction.message))
    sender = transaction.mail.sender
    login = _login(fields, key=key, envelope_from=sender)
    from_values = headers.values_of(fields, "from")
    fault = sender_rule.fault_of(login=login, envelope_from=sender, from_values=from_values)
    if fault is not None:
        raise NotAccepted("4.7.1", fault)
    addresses = sender_rule.addresses_in(from_values[0])
    assert addresses
    recipients: dict[str, EnvelopeRecipient] = {}
    for r in transaction.recipients:  # one address in two spellings gets one copy
        recipients.setdefault(with_stored_domain(r.address), r)
    submission = Submission(
        stream=Stream.MAILBOX,
        submitter=login,
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
        require_tls=wish_for_tls(transaction.mail.requires_tls, fields),
    )
    # Second line behind the milter, which refuses these in session. Put off, they would lie in
    # Postfix for a month; so they are taken, end at once as bounced, and the sender is told.
    refusal = _refusal_of(fields)
    if refusal is not None:
        submission = submission.refusing(refusal)
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


def _refusal_of(fields: list[Field]) -> Refusal | None:
    if len(fields) > MAX_FIELDS + _ADDED:
        return _TOO_MUCH
    hops = sum(field.name == "received" for field in fields)
    return _LOOP if hops > MAX_HOPS + _ADDED else None


def wish_for_tls(is_required: bool, fields: list[Field]) -> bool | None:
    """REQUIRETLS wins over the header field that waives TLS (RFC 8689 §4.1)."""
    if is_required:
        return True
    waived = [value.lower() for value in headers.values_of(fields, "tls-required")] == ["no"]
    return False if waived else None


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
