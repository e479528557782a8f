"""Migrations beside traffic: they never wait long for a lock, and try again.

Who waits for a table to be free makes everybody wait who comes after: behind one long transaction
and one ALTER TABLE the whole queue would stand still.
"""

import logging
import time
from collections.abc import Callable

from django.db import OperationalError
from psycopg.errors import DeadlockDetected, LockNotAvailable

from kernel.roles import locks_within

log = logging.getLogger(__name__)

#: Seconds that others may stand behind us, until the next try, and until we give up.
LOCK, PAUSE, PATIENCE = 2.0, 3.0, 180.0


def beside_traffic(step: Callable[[], None], *, pause: float = PAUSE) -> None:
    """Run STEP, which is safe to run again, until it has had its locks; raises OperationalError in the end."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            with locks_within(LOCK):
                return step()
        except OperationalError as error:
            if (
                not isinstance(error.__cause__, LockNotAvailable | DeadlockDetected)
                or time.monotonic() > until
            ):
                raise
            log.warning("in use, once more in %g s: %s", pause, str(error).strip())
        time.sleep(pause)
