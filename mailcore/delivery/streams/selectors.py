"""Read which of the current reseller's streams stand still."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from kernel import clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Paused:
    """A stream whose mail is held; `until` is None when somebody has to resume it."""

    stream: str
    reason: str
    since: datetime
    until: datetime | None


def list_paused() -> list[Paused]:
    """Of the current reseller, as row security shows them."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT stream, reason, since, until FROM public.stream_pause
               WHERE state = 'paused' AND (until IS NULL OR until > %s) ORDER BY since""",
            [clock.now()],
        )
        return [
            Paused(stream=stream, reason=reason, since=since, until=until)
            for stream, reason, since, until in cursor.fetchall()
        ]
