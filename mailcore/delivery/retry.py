"""When a deferred recipient is tried again (delivery-plane §2.1; RFC 5321 §4.5.4.1)."""

from datetime import timedelta
from random import Random

_MINUTE = 60
#: Stream → seconds after the 1st, 2nd, … failed try; the last one repeats.
SCHEDULE: dict[str, tuple[int, ...]] = {
    "mailbox": tuple(m * _MINUTE for m in (5, 10, 20, 40, 80, 160, 240)),
    "transactional": tuple(m * _MINUTE for m in (1, 5, 10, 20, 40, 80, 120, 240)),
    "bulk": tuple(m * _MINUTE for m in (20, 40, 80, 160, 320, 480)),
    # Sign-up mail goes here too, which somebody waits for: soon at first.
    "system": tuple(m * _MINUTE for m in (1, 5, 10, 30, 60, 240)),
}
JITTER = 0.2
#: A message whose connection broke after the final dot may have arrived: not soon again.
MAYBE_DELIVERED = 15 * _MINUTE
#: After so many of these tries it ends in a notification.
MAX_MAYBE_DELIVERED = 2
#: The sender of a mailbox's message is told of a delay after this (seconds).
DELAY_NOTICE = 4 * 3600


def delay(*, stream: str, attempts: int, scale: float, random: Random) -> timedelta:
    """Time until the next try after `attempts` tries, ± 20 % so that retries do not march."""
    steps = SCHEDULE[stream]
    step = steps[min(max(attempts, 1), len(steps)) - 1]
    return timedelta(seconds=step * scale * random.uniform(1 - JITTER, 1 + JITTER))


def delay_when_maybe_delivered(*, scale: float) -> timedelta:
    """The shortest time before a recipient who may have the message already is tried again."""
    return timedelta(seconds=MAYBE_DELIVERED * scale)


def delay_notice(*, scale: float) -> timedelta:
    """Age at which a delay is told."""
    return timedelta(seconds=DELAY_NOTICE * scale)
