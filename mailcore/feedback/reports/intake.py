"""Take reports in: stored as they came before anybody is told 250, read later."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from psycopg import AsyncConnection

from kernel import clock, ids
from mailcore.feedback.statements import statement
from mailcore.feedback.states import Grade, ReportState
from mailcore.protocol.authentication_results import proven_sender
from mailcore.protocol.mail_session import Transaction
from mailcore.protocol.reports import attachment
from mailcore.protocol.reports.reporters import is_recognised

_KEEP = statement("keep_report")
#: Reports of a domain that are kept in a day, by whose word they are: strangers fill only their own share.
MOST_A_DAY = {Grade.UNPROVEN: 50, Grade.PROVEN: 500, Grade.RECOGNISED: 2000}
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """A message that should hold a report; `sender` is '' where nothing proves From."""

    raw: bytes
    sender: str
    grade: Grade


def examine(transaction: Transaction, *, authority: str) -> Parcel:
    """Whose word a message is, by what our MX (`authority`) wrote on top of it."""
    message, sender = attachment.parse(transaction.message), None
    if message is not None:
        sender = proven_sender(message, authority=authority, envelope_from=transaction.mail.sender)
    grade = Grade.UNPROVEN
    if sender:
        grade = Grade.RECOGNISED if is_recognised(sender) else Grade.PROVEN
    return Parcel(raw=transaction.message, sender=sender or "", grade=grade)


async def keep(
    connection: AsyncConnection, parcel: Parcel, *, kind: str, domain_id: UUID
) -> bool | None:
    """Store it; False: the domain had enough today, None: no domain of ours."""
    now = clock.now()
    is_small = len(parcel.raw) <= attachment.MOST_MESSAGE
    found = await connection.execute(
        _KEEP,
        {
            "id": ids.uuid7(),
            "kind": kind,
            "domain_id": domain_id,
            "sender": parcel.sender,
            "grade": parcel.grade.value,
            "most": MOST_A_DAY[parcel.grade],
            "since": now - _DAY,
            "now": now,
            "size": len(parcel.raw),
            "raw": parcel.raw if is_small else None,
            "state": ReportState.WAITING.value if is_small else ReportState.PARKED.value,
            "code": "" if is_small else "report.too_large",
            "due_at": now if is_small else None,
        },
    )
    row = await found.fetchone()
    return None if row is None else bool(row[0])
