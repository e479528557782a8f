"""Read the sums by hour: of the current reseller, as row security shows them."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection


@dataclass(frozen=True, slots=True, kw_only=True)
class HourSum:
    """What happened in one hour (UTC) to a domain's mail at a provider; `waited` in seconds."""

    hour: datetime
    from_domain: str
    provider: str
    stream: str
    event: str
    kind: str
    quantity: int
    waited: float


_COLUMNS = ("hour", "from_domain", "provider", "stream", "event", "kind", "quantity", "waited")
_HOURS = f"""
SELECT {", ".join(_COLUMNS)} FROM public.delivery_hour
WHERE hour >= %(since)s AND hour < %(until)s
  AND (%(domain)s = '' OR from_domain = %(domain)s)
ORDER BY {", ".join(_COLUMNS[:6])}
"""  # noqa: S608 - our own names


def hour_sums(*, since: datetime, until: datetime, domain: str = "") -> list[HourSum]:
    """The reseller's sums of [since, until), of one domain or (empty) of all."""
    with connection.cursor() as cursor:
        cursor.execute(_HOURS, {"since": since, "until": until, "domain": domain})
        rows = cursor.fetchall()
    return [HourSum(**dict(zip(_COLUMNS, row, strict=True))) for row in rows]
