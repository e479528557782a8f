"""What bulk mail must bring before it is taken (delivery-plane §2.7), and what is added to it."""

from dataclasses import replace
from email.utils import format_datetime
from uuid import UUID

from mailcore.checks import selectors as checks
from mailcore.checks.models import Verdict
from mailcore.delivery import return_paths
from mailcore.delivery.accept.batch import domain_of
from mailcore.delivery.accept.submission import Submission
from mailcore.delivery.streams.errors import (
    DomainNotReady,
    HeaderRefused,
    OneRecipient,
    UnsubscribeIncomplete,
)
from mailcore.delivery.streams.unsubscribe import PATH, Subscription, make_token
from mailcore.directory import selectors as directory
from mailcore.directory.states import KeyState, RouteKind
from mailcore.protocol import bulk_headers, dns_records, headers, line_ends, verp
from mailcore.protocol.headers import Field
from tenants.resellers import selectors as resellers

#: The local part, beside the bounce tokens, that takes complaints.
COMPLAINTS = "fbl"


def prepare(submission: Submission, *, reseller_id: UUID) -> Submission:
    """The message as it is stored: checked, with return path, link and references of its recipient.

    SPF is judged by the return path, whose name is ours, so nothing of the From domain's is asked.
    Raises OneRecipient, HeaderRefused, UnsubscribeIncomplete, DomainNotReady.
    """
    if len(submission.recipients) != 1:
        raise OneRecipient(field="recipients")
    fields, rest = headers.split(line_ends.clean(submission.message))
    fault = bulk_headers.fault_of(fields)
    if fault is not None:
        raise HeaderRefused(header=fault)
    if bulk_headers.from_domain(fields, stored=domain_of) != submission.from_domain:
        raise HeaderRefused(header="From")
    _require_ready(submission.from_domain)
    return _completed(submission, fields, rest, reseller_id=reseller_id)


def _require_ready(domain: str) -> None:
    """The From domain as receivers judge it: whose it is, DKIM, DMARC."""
    route = directory.find_route(domain)
    if route is None or not route.is_verified or route.kind != RouteKind.HOSTED:
        raise DomainNotReady(domain=domain, reason="not_verified")
    keys = directory.list_signing_keys(domain)
    if not any(key.state == KeyState.ACTIVE for key in keys):
        raise DomainNotReady(domain=domain, reason="no_signing_key")
    # A look that failed, or that was not made yet, says nothing against the domain.
    policy = checks.list_verdicts(route.public_id).get(dns_records.DMARC)
    if policy is not None and policy.verdict == Verdict.MISSING:
        raise DomainNotReady(domain=domain, reason="no_dmarc")


def _completed(
    submission: Submission, fields: list[Field], rest: bytes, *, reseller_id: UUID
) -> Submission:
    (recipient,) = submission.recipients
    bounces = return_paths.domain_for(submission.from_domain)
    return_path = return_paths.make(recipient.id, domain=bounces)
    added = [
        *_unsubscribe(submission, fields, reseller_id),
        *_references(return_path, submission, fields, reseller_id),
    ]
    if bounces == submission.from_domain:
        # Believed only at a name that the signing domain covers (RFC 9477 §3.1).
        address = f"{COMPLAINTS}@{verp.bounce_domain(bounces)}"
        added.append(headers.make("CFBL-Address", f"{address}; report=arf"))
    if not headers.values_of(fields, "date"):
        added.append(headers.make("Date", format_datetime(submission.accepted_at)))
    message_id = next(iter(headers.values_of(fields, "message-id")), "")
    if not message_id:
        message_id = f"<{submission.id.hex}@{submission.from_domain}>"
        added.append(headers.make("Message-ID", message_id))
    kept = [field for field in fields if field.name not in bulk_headers.OURS]
    completed = submission.with_message(headers.join([*kept, *added], rest), message_id)
    return replace(completed, envelope_from=return_path)


def _unsubscribe(submission: Submission, fields: list[Field], reseller_id: UUID) -> list[Field]:
    """The sender's own link when it is one of one click, else ours."""
    given = bulk_headers.unsubscribe_of(fields)
    if given == "complete":
        return []
    if given == "incomplete":
        raise UnsubscribeIncomplete(field="message")
    (recipient,) = submission.recipients
    token = make_token(
        Subscription(
            recipient_id=recipient.id,
            stream=submission.stream.value,
            address=recipient.address,
        ),
        reseller_id=reseller_id,
    )
    host = resellers.portal_host(reseller_id)
    return [
        bulk_headers.folded("List-Unsubscribe", f"<https://{host}{PATH}{token}>"),
        headers.make("List-Unsubscribe-Post", bulk_headers.ONE_CLICK),
    ]


def _references(
    return_path: str, submission: Submission, fields: list[Field], reseller_id: UUID
) -> list[Field]:
    """By these a complaint names its recipient, and a provider's statistics the sender."""
    found = [headers.make("CFBL-Feedback-ID", return_path)]
    if not headers.values_of(fields, "feedback-id"):
        sender = reseller_id.hex[-12:]
        name = f"{submission.from_domain}:{submission.stream.value}:{sender}"
        found.append(headers.make("Feedback-ID", name))
    return found
