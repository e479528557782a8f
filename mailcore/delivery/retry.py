"""When a recipient is tried again (delivery-plane §2.1; RFC 5321 §4.5.4.1), and whether at all."""

from datetime import timedelta
from random import Random

from mailcore.protocol.reply_classes import Classified
from mailcore.protocol.stated_wait import stated_wait

_MINUTE = 60
_HOUR = 3600
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
DELAY_NOTICE = 4 * _HOUR

#: Tries that a server's word goes before the schedule; one that says "5 minutes" for ever does not.
OBEYED_TRIES = 3
#: What a server may ask for (seconds); a greylist that names nothing opens after the first.
SHORTEST_STATED, LONGEST_STATED = _MINUTE, 4 * _HOUR
GREYLIST = 5 * _MINUTE
#: The recipients beyond a server's number for one message: in the next one.
NEXT_MESSAGE = _MINUTE

#: A 5xx about us or the connection is no answer about the recipient: another source, or the same
#: one when its suspension is over, may be heard. For so long (seconds), and so many tries at least.
REFUSED_FOR = 4 * _HOUR
REFUSED_TRIES = 5
REFUSED_WAIT = 15 * _MINUTE
_PASSING_SCOPES = frozenset({"source", "connection"})
_PASSING_REASONS = frozenset({"recipient-rate", "greylisted"})


def is_passing(meaning: Classified, *, attempts: int, age: timedelta, scale: float) -> bool:
    """Whether a permanent refusal after `attempts` tries may end differently next time."""
    if meaning.reason == "protocol":
        return attempts < 2  # a fresh session may cure a misunderstanding, a third cures none
    if meaning.scope not in _PASSING_SCOPES and meaning.reason not in _PASSING_REASONS:
        return False
    return attempts < REFUSED_TRIES or age < timedelta(seconds=REFUSED_FOR * scale)


def delay(
    *,
    stream: str,
    attempts: int,
    scale: float,
    random: Random,
    meaning: Classified | None = None,
    text: str = "",
) -> timedelta:
    """Time until the next try after `attempts` tries; `meaning` and `text` are of the reply.

    The schedule's step ± 20 % so that retries do not march, or what the server asks for.
    """
    steps = SCHEDULE[stream]
    step = steps[min(max(attempts, 1), len(steps)) - 1]
    asked = _asked(meaning, text)
    if asked is None:
        return timedelta(seconds=step * scale * random.uniform(1 - JITTER, 1 + JITTER))
    wait = asked if attempts <= OBEYED_TRIES else max(asked, step)
    # Never before the time that was asked for: it would begin anew.
    return timedelta(seconds=wait * scale * random.uniform(1, 1 + JITTER))


def _asked(meaning: Classified | None, text: str) -> int | None:
    stated = stated_wait(text)
    if stated is not None:
        stated = min(max(stated, SHORTEST_STATED), LONGEST_STATED)
    if meaning and meaning.reason == "greylisted":
        return max(stated or 0, GREYLIST)
    if meaning and meaning.reason == "too-many-recipients":
        return stated or NEXT_MESSAGE
    return stated


def delay_when_refused(*, scale: float) -> timedelta:
    """The shortest time after a permanent refusal that may pass."""
    return timedelta(seconds=REFUSED_WAIT * scale)


def delay_when_maybe_delivered(*, scale: float) -> timedelta:
    """The shortest time before a recipient who may have the message already is tried again."""
    return timedelta(seconds=MAYBE_DELIVERED * scale)


def delay_notice(*, scale: float) -> timedelta:
    """Age at which a delay is told."""
    return timedelta(seconds=DELAY_NOTICE * scale)
