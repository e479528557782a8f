"""Take reports in: stored as they came before anybody is told 250, read later."""

from dataclasses import asdict, dataclass
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
_DAY = timedelta(days=1)
_MB = 1024**2


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What one grade may store in a day: of a domain and of all domains, and of it one sender.

    More reports than `reports` are dropped; beyond the octets the row is kept without its message.
    """

    reports: int
    reports_of_sender: int
    octets: int = 0
    octets_of_sender: int = 0
    octets_overall: int = 0
    octets_of_sender_overall: int = 0


#: By whose word they are: strangers fill only their own share, and store no octet of theirs.
MOST_A_DAY = {
    Grade.UNPROVEN: Share(reports=50, reports_of_sender=50),
    Grade.PROVEN: Share(
        reports=500,
        reports_of_sender=50,
        octets=20 * _MB,
        octets_of_sender=4 * _MB,
        octets_overall=500 * _MB,
        octets_of_sender_overall=25 * _MB,
    ),
    Grade.RECOGNISED: Share(
        reports=2000,
        reports_of_sender=500,
        octets=40 * _MB,
        octets_of_sender=20 * _MB,
        octets_overall=2000 * _MB,
        octets_of_sender_overall=1000 * _MB,
    ),
}


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
    """Store it; False: the domain had enough today, None: no domain of ours.

    Beyond a budget of octets nothing is refused: Postfix has answered the reporter long ago, so a
    4xx would only fill its queue instead. The row says `report.over_budget`.
    """
    now = clock.now()
    is_small = len(parcel.raw) <= attachment.MOST_MESSAGE
    # Nobody reads a stranger's report: its row says that it came, and why it is not used.
    raw = parcel.raw if is_small and parcel.grade != Grade.UNPROVEN else None
    found = await connection.execute(
        _KEEP,
        {
            "id": ids.uuid7(),
            "kind": kind,
            "domain_id": domain_id,
            "sender": parcel.sender,
            "grade": parcel.grade.value,
            "source": _source(parcel.sender),
            **asdict(MOST_A_DAY[parcel.grade]),
            "since": now - _DAY,
            "now": now,
            "size": len(parcel.raw),
            "raw": raw,
            "kept": len(raw or b""),
            "state": ReportState.WAITING.value if is_small else ReportState.PARKED.value,
            "code": "" if is_small else "report.too_large",
            "due_at": now if is_small else None,
        },
    )
    row = await found.fetchone()
    return None if row is None else bool(row[0])


def _source(sender: str) -> str:
    """Whose share a sender uses: names below one domain are free, so its last two labels.

    Senders below co.uk have one share together, which is ample for reporters.
    """
    return ".".join(sender.split(".")[-2:])
