"""What bulk mail must bring before it is taken (delivery-plane §2.7), and what is added to it."""

from dataclasses import replace
from email.utils import format_datetime
from functools import cached_property
from uuid import UUID

from kernel import keys
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
from mailcore.delivery.streams.unsubscribe import PATH, Subscription, seal
from mailcore.directory import selectors as directory
from mailcore.directory.states import KeyState, RouteKind
from mailcore.protocol import bulk_headers, dns_records, headers, line_ends, verp
from mailcore.protocol.headers import Field
from tenants.resellers import selectors as resellers

#: The local part, beside the bounce tokens, that takes complaints.
COMPLAINTS = "fbl"


class Preparation:
    """Prepares mailings of one reseller; what they share is looked up once."""

    def __init__(self, *, reseller_id: UUID) -> None:
        self._reseller_id = reseller_id
        self._faults: dict[str, str] = {}
        self._bounces: dict[str, str] = {}

    def prepare(self, submission: Submission) -> Submission:
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
        self._require_ready(submission.from_domain)
        return self._completed(submission, fields, rest)

    def _require_ready(self, domain: str) -> None:
        if domain not in self._faults:
            self._faults[domain] = _fault_of(domain)
        if self._faults[domain]:
            raise DomainNotReady(domain=domain, reason=self._faults[domain])

    def _bounce_domain(self, domain: str) -> str:
        if domain not in self._bounces:
            self._bounces[domain] = return_paths.domain_for(domain)
        return self._bounces[domain]

    @cached_property
    def _portal(self) -> str:
        return resellers.portal_host(self._reseller_id)

    @cached_property
    def _key(self) -> tuple[UUID, bytes]:
        return keys.current_key(self._reseller_id)

    def _completed(self, submission: Submission, fields: list[Field], rest: bytes) -> Submission:
        (recipient,) = submission.recipients
        bounces = self._bounce_domain(submission.from_domain)
        return_path = return_paths.make(recipient.id, domain=bounces)
        added = [
            *self._unsubscribe(submission, fields),
            *_references(return_path, submission, fields, self._reseller_id),
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

    def _unsubscribe(self, submission: Submission, fields: list[Field]) -> list[Field]:
        """The sender's own link when it is one of one click, else ours."""
        given = bulk_headers.unsubscribe_of(fields)
        if given == "complete":
            return []
        if given == "incomplete":
            raise UnsubscribeIncomplete(field="message")
        (recipient,) = submission.recipients
        subscription = Subscription(
            recipient_id=recipient.id,
            stream=submission.stream.value,
            sender=submission.from_domain,
            address=recipient.address,
        )
        token = seal(subscription, reseller_id=self._reseller_id, key=self._key)
        return [
            bulk_headers.folded("List-Unsubscribe", f"<https://{self._portal}{PATH}{token}>"),
            headers.make("List-Unsubscribe-Post", bulk_headers.ONE_CLICK),
        ]


def _fault_of(domain: str) -> str:
    """The From domain as receivers judge it (whose it is, DKIM, DMARC): what lacks, or ''."""
    route = directory.find_route(domain)
    if route is None or not route.is_verified or route.kind != RouteKind.HOSTED:
        return "not_verified"
    signing_keys = directory.list_signing_keys(domain)
    if not any(key.state == KeyState.ACTIVE for key in signing_keys):
        return "no_signing_key"
    dmarc = (dns_records.DMARC, dns_records.dmarc_name(domain))
    # A look that failed, or that was not made yet, says nothing against the domain.
    policy = checks.list_verdicts(route.public_id).get(dmarc)
    is_missing = policy is not None and policy.verdict == Verdict.MISSING
    return "no_dmarc" if is_missing else ""


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
