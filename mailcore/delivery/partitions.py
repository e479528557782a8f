"""The days of the partitioned tables."""

from django.db import connection

from kernel import clock

#: Days that always stand ready: a day without a partition takes no mail.
DAYS = 14


def make_partitions() -> int:
    """Make missing partitions from yesterday on; how many."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT sec.make_partitions(%s::date - 1, %s)", [clock.now().date(), DAYS])
        (made,) = cursor.fetchone()
    return int(made)
