"""When a delivery is tried again, and when an endpoint that fails is asked again."""

from datetime import datetime, timedelta
from random import Random

#: After the first try, the second, and so on; the last one repeats until it is given up.
DELAYS = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 60, 300, 1800, 7200, 18_000, 36_000, 36_000, 50_400)
)
GIVE_UP_AFTER = timedelta(days=3)
#: A sender that is killed at each try still ends: each claim counts.
MOST_ATTEMPTS = 25
#: An endpoint that fails gets one request at a time, and not before this has passed.
_FIRST_GATE, _LONGEST_GATE = 5.0, 300.0
#: The longest that an endpoint may ask us to wait (Retry-After).
LONGEST_WISH = timedelta(hours=1)


def next_try(
    *,
    now: datetime,
    attempts: int,
    give_up_at: datetime,
    wish: timedelta,
    scale: float,
    random: Random,
) -> datetime | None:
    """When the next try is due after `attempts` of them; None when it is over."""
    if now >= give_up_at or attempts >= MOST_ATTEMPTS:
        return None
    delay = DELAYS[min(attempts, len(DELAYS)) - 1] * random.uniform(0.9, 1.1) * scale
    return min(now + max(delay, min(wish, LONGEST_WISH)), give_up_at)


def gate(failures: int, *, scale: float) -> timedelta:
    """For how long an endpoint rests after so many failures in a row."""
    seconds = min(_FIRST_GATE * 2.0 ** min(failures - 1, 10), _LONGEST_GATE)
    return timedelta(seconds=seconds * scale)
