"""Read how the current reseller's streams are, and which of them stand still."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection

from kernel import clock
from kernel.tenancy import current_reseller_id
from mailcore.delivery.statements import statement

_DAYS = statement("stream_days")


@dataclass(frozen=True, slots=True, kw_only=True)
class Paused:
    """A pause that stands; `side` as in `pauses.Side`, `until` None when somebody has to end it."""

    stream: str
    side: str
    reason: str
    since: datetime
    until: datetime | None


def list_paused() -> list[Paused]:
    """Of the current reseller, as row security shows them; of each stream the strongest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT stream, side, reason, since, until FROM public.stream_pause
               WHERE state = 'paused' AND (until IS NULL OR until > %s)
               ORDER BY stream, side = 'reseller', side = 'signals'""",
            [clock.now()],
        )
        names = [column.name for column in cursor.description]
        return [Paused(**dict(zip(names, row, strict=True))) for row in cursor.fetchall()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """How many recipients a stream had on a day (UTC), and what became of recipients on it."""

    day: date
    accepted: int
    delivered: int
    bounced: int
    expired: int
    suppressed: int
    complained: int


def list_days(*, days: int) -> dict[str, list[Day]]:
    """Stream → its last days on which there was mail, oldest first."""
    start = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    since = start - timedelta(days=days - 1)
    found = defaultdict[str, list[Day]](list)
    with connection.cursor() as cursor:
        cursor.execute(_DAYS, {"reseller": current_reseller_id(), "since": since})
        names = [column.name for column in cursor.description]
        for row in cursor.fetchall():
            given = dict(zip(names, row, strict=True))
            found[given.pop("stream")].append(Day(**given))
    return found
