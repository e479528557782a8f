"""Accept what a program posted: each message on its own merits, all good ones in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection, transaction

from kernel.actor import Actor, authorise
from kernel.errors import ApplicationError
from kernel.tenancy import current_reseller_id
from mailcore.delivery import services as acceptance
from mailcore.delivery.sending.copies import Copier, Made
from mailcore.delivery.sending.errors import TooLarge, TooManyRecipients
from mailcore.delivery.sending.posting import Posting
from mailcore.delivery.sending.reading import MOST_RECIPIENTS, read
from mailcore.delivery.statements import statement

_STATES = statement("accepted_states")
SEND = "messages.send"
MOST_MESSAGES = 1000
#: Octets that one request may store: a message counts once for each of its recipients.
MOST_STORED = 100_000_000
_QUEUED = ("queued", None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """One recipient's message; `state` is queued, held or suppressed, the last two with a reason."""

    id: UUID
    message_id: str
    address: str
    state: str
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one posted message: its copies, or the error that kept it out."""

    reference: str = ""
    copies: Sequence[Copy] = ()
    error: ApplicationError | None = None


def send_messages(*, actor: Actor, given: Sequence[object]) -> list[Outcome]:
    """Accept each message that can be, in one transaction; an outcome for each, in their order.

    Raises NotAllowed, TooManyRecipients and TooLarge (all together): then nothing is accepted.
    """
    authorise(actor, SEND)
    postings = [_read(one) for one in given]
    good = [one for one in postings if isinstance(one, Posting)]
    _require_bounds(good)
    copier = Copier({one.from_domain for one in good}, actor=actor)
    results = [_make(one, copier) if isinstance(one, Posting) else one for one in postings]
    states = _store([one for one in results if isinstance(one, Made)])
    return [_outcome(one, states) for one in results]


def _read(value: object) -> Posting | ApplicationError:
    try:
        return read(value)
    except ApplicationError as error:
        return error


def _make(posting: Posting, copier: Copier) -> Made | ApplicationError:
    try:
        return copier.make(posting)
    except ApplicationError as error:
        return error


def _require_bounds(postings: Sequence[Posting]) -> None:
    if sum(len(one.recipients) for one in postings) > MOST_RECIPIENTS:
        raise TooManyRecipients
    if sum(len(one.recipients) * len(one.rest) for one in postings) > MOST_STORED:
        raise TooLarge("A request stores at most 100 MB, a message once for each recipient.")


def _store(made: Sequence[Made]) -> Mapping[UUID, tuple[str, str | None]]:
    """Accept all; recipient → state and reason, of those that are not simply queued."""
    owned = [(one, each.organisation_id) for each in made for one in each.submissions]
    if not owned:
        return {}
    # One transaction: what is held or suppressed is read before the engine can change it.
    with transaction.atomic():
        acceptance.store_prepared(owned, reseller_id=current_reseller_id())
        with connection.cursor() as cursor:
            cursor.execute(_STATES, {"ids": [one.recipients[0].id for one, _ in owned]})
            return {row[0]: (row[1], row[2]) for row in cursor.fetchall()}


def _outcome(
    result: Made | ApplicationError, states: Mapping[UUID, tuple[str, str | None]]
) -> Outcome:
    if isinstance(result, ApplicationError):
        return Outcome(error=result)
    copies = []
    for submission in result.submissions:
        (recipient,) = submission.recipients
        state, reason = states.get(recipient.id, _QUEUED)
        copies.append(
            Copy(
                id=submission.id, message_id=submission.message_id, address=recipient.address,
                state=state, reason=reason,
            )
        )  # fmt: skip
    return Outcome(reference=result.reference, copies=copies)
