"""How long a record is wrong before anything follows from it."""

from datetime import timedelta

from django.conf import settings

from kernel import clock
from mailcore.checks.models import RecordVerdict

#: Besides several looks in a row: while somebody waits, these are only seconds apart, and an owner
#: who deletes a record to put another one in its place takes longer.
_PATIENCE = timedelta(minutes=10)


def is_over(row: RecordVerdict) -> bool:
    """Whether the verdict has stood for so long that it is no change in the making."""
    patience = _PATIENCE * settings.DELAY_SCALE
    return row.since is not None and row.since + patience <= clock.now()
