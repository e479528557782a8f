"""The days of the partitioned tables: made in time, dropped in time."""

import logging

from django.db import OperationalError, connection
from psycopg.errors import LockNotAvailable

from kernel import clock

log = logging.getLogger(__name__)

#: Days that always stand ready: a day without a partition takes no mail.
DAYS = 14
#: A task ends well before a minute; the rest is dropped by the next one.
MOST_DROPPED = 20


def make_partitions() -> int:
    """Make missing partitions from yesterday on; how many."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT sec.make_partitions(%s::date - 1, %s)", [clock.now().date(), DAYS])
        (made,) = cursor.fetchone()
    return int(made)


def drop_partitions() -> list[str]:
    """Drop partitions whose days are over (foundations 11), one transaction each; their names.

    One that somebody reads at the moment waits for the next time.
    """
    dropped: list[str] = []
    for _ in range(MOST_DROPPED):
        name = _drop_one()
        if name is None:
            break
        dropped.append(name)
    if dropped:
        log.info("dropped %s", ", ".join(dropped))
    return dropped


def _drop_one() -> str | None:
    with connection.cursor() as cursor:
        try:
            cursor.execute("SELECT sec.drop_old_partition(%s)", [clock.now().date()])
        except OperationalError as error:
            if not isinstance(error.__cause__, LockNotAvailable):
                raise
            log.warning("a partition is not dropped now: %s", error)
            return None
        (name,) = cursor.fetchone()
    return str(name) if name else None
